/** The first word of the command line that rcc's own scripts ask with. */
export const completeWord = '__complete';
