import { expect, test } from 'vitest';
import { shellText, splitCommand } from '../../engines/command-text.ts';

test('words and quotes', () => {
  expect(splitCommand(`a  'b c' d"e f"g ''`)).toEqual(['a', 'b c', 'de fg', '']);
  expect(shellText(['a', 'b c', "d'e"])).toBe(`a 'b c' 'd'\\''e'`);
});
