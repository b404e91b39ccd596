/** The bytes of a text of ASCII characters. */
export const ascii = (text: string): number[] => [...text].map((letter) => letter.charCodeAt(0));
