import { expect, it } from 'vitest';
import { pageStyle } from '../../../src/report/page/style.ts';

it('holds no blank line, and closes what it opens', () => {
  expect(pageStyle.trim().split('\n')).not.toContain('');
  expect(pageStyle.split('{')).toHaveLength(pageStyle.split('}').length);
});
