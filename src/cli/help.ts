import { type Command, Help } from 'commander';
import { wrapText } from '../diagnostics/wrap.ts';

/** Width of help in pipes and files. */
export const helpColumns = 80;

/** Descriptions that would be narrower stand below what they describe. */
const narrowest = 40;

/** How help is laid out: commands by their names alone, and at any width no word is cut. */
export const helpLayout: Partial<Help> = {
  minWidthToWrap: 20,
  subcommandTerm: (command) => command.name(),
  formatItem(this: Help, ...item) {
    const [term, termWidth, description, helper] = item;
    const columns = this.helpWidth ?? helpColumns;
    if (description === '' || columns - termWidth - 4 >= narrowest) {
      return Help.prototype.formatItem.call(this, ...item);
    }
    const below = helper.boxWrap(description, columns - 6).replaceAll('\n', '\n      ');
    return `  ${term}\n      ${below}`;
  },
};

/** A sentence below the options of a command. */
export function declareHelpNote(command: Command, text: string): void {
  const columns = (): number => command.configureOutput().getOutHelpWidth?.() ?? helpColumns;
  command.addHelpText('after', () => `\n${wrapText(text, columns(), 0)}`);
}
