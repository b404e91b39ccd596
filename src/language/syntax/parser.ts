import { CstParser } from 'chevrotain';
import { takesWord } from '../word-rules.ts';
import {
  Extends,
  FileLike,
  LeftBrace,
  LeftBracket,
  Model,
  NameLike,
  OpenText,
  Quantity,
  QuotedText,
  RightBrace,
  RightBracket,
  Text,
  tokens,
  Use,
  Word,
} from './tokens.ts';

/**
 * The grammar of .rn files. Mistakes have rules of their own (`stray`, `misplaced`, surplus names), so that what
 * follows them is read as usual; chevrotain's recovery is left with tokens that are missing.
 */
class SpecParser extends CstParser {
  constructor(recoveries: { count: number }) {
    super(tokens, {
      recoveryEnabled: true,
      // The grammar does not change between runs: the tests of every rule stand for its validation, which every start would pay for.
      skipValidations: true,
      maxLookahead: 1,
      nodeLocationTracking: 'onlyOffset',
      // The build of the tree takes the token that was expected from the message.
      errorMessageProvider: {
        buildMismatchTokenMessage({ expected }) {
          recoveries.count += 1;
          return expected.name;
        },
        buildNotAllInputParsedMessage: () => 'end',
        buildNoViableAltMessage: () => 'value',
        buildEarlyExitMessage: () => 'value',
      },
    });
    this.#recoveries = recoveries;
    this.performSelfAnalysis();
  }

  readonly #recoveries: { count: number };
  #strays = 0;

  readonly file = this.RULE('file', () => {
    this.#recoveries.count = 0;
    this.#strays = 0;
    this.MANY({
      GATE: () => this.#goesOn(),
      DEF: () =>
        this.OR([
          { ALT: () => this.SUBRULE(this.use) },
          { ALT: () => this.SUBRULE(this.model) },
          { ALT: () => this.SUBRULE(this.stray) },
        ]),
    });
  });

  readonly use = this.RULE('use', () => {
    this.CONSUME(Use);
    this.CONSUME(FileLike);
  });

  readonly model = this.RULE('model', () => {
    this.CONSUME(Model);
    this.CONSUME(NameLike, { LABEL: 'name' });
    this.OPTION(() => {
      this.CONSUME(Extends);
      this.CONSUME1(NameLike, { LABEL: 'base' });
    });
    this.MANY(() => this.CONSUME2(NameLike, { LABEL: 'surplus' }));
    this.SUBRULE(this.block);
  });

  /** The braces of a model, or of the group that is named. */
  readonly block = this.RULE('block', (group?: string) => {
    this.CONSUME(LeftBrace);
    this.MANY({
      GATE: () => this.#goesOn(),
      DEF: () =>
        this.OR([
          { ALT: () => this.SUBRULE(this.property, { ARGS: [group] }) },
          { ALT: () => this.SUBRULE(this.misplaced) },
        ]),
    });
    this.CONSUME(RightBrace);
  });

  /** A name and what belongs to it. Only a property of the model itself has braces, so blocks nest once. */
  readonly property = this.RULE('property', (group?: string) => {
    const name = this.CONSUME(Word).image;
    const before = [name];
    this.MANY({
      GATE: () => this.#continuesProperty(group, before),
      DEF: () => {
        before.push(this.LA(1).image);
        this.OR([
          { ALT: () => this.SUBRULE(this.value, { ARGS: [group] }) },
          { ALT: () => this.SUBRULE(this.block, { ARGS: [name] }) },
        ]);
      },
    });
  });

  readonly value = this.RULE('value', (group?: string) => {
    this.OR([
      { ALT: () => this.CONSUME(Word) },
      { ALT: () => this.CONSUME(Quantity) },
      { ALT: () => this.CONSUME(Text) },
      { ALT: () => this.CONSUME(OpenText) },
      { ALT: () => this.CONSUME(QuotedText) },
      { ALT: () => this.SUBRULE(this.list, { ARGS: [group] }) },
    ]);
  });

  readonly list = this.RULE('list', (group?: string) => {
    this.CONSUME(LeftBracket);
    this.MANY({
      // A property's name inside a list means that the bracket was forgotten.
      GATE: () => this.LA(1).tokenType !== Word || takesWord(group, [], this.LA(1).image),
      DEF: () => this.CONSUME(NameLike),
    });
    this.CONSUME(RightBracket);
  });

  /** What cannot start a property. */
  readonly misplaced = this.RULE('misplaced', () => {
    this.OR([
      { ALT: () => this.CONSUME(Quantity) },
      { ALT: () => this.CONSUME(Text) },
      { ALT: () => this.CONSUME(OpenText) },
      { ALT: () => this.CONSUME(QuotedText) },
      { ALT: () => this.CONSUME(Extends) },
      { ALT: () => this.CONSUME(RightBracket) },
      { ALT: () => this.SUBRULE(this.list) },
      { ALT: () => this.SUBRULE(this.surplusBraces) },
    ]);
  });

  /** Braces where none may stand, read to their end, so that the end of the block around them is found. */
  readonly surplusBraces = this.RULE('surplusBraces', () => {
    this.CONSUME(LeftBrace);
    this.MANY(() =>
      this.OR([
        { ALT: () => this.CONSUME(NameLike) },
        { ALT: () => this.CONSUME(Extends) },
        { ALT: () => this.CONSUME(LeftBracket) },
        { ALT: () => this.CONSUME(RightBracket) },
      ]),
    );
    this.CONSUME(RightBrace);
  });

  /** Whatever stands outside a model, up to the next `model` or `use`. */
  readonly stray = this.RULE('stray', () => {
    this.AT_LEAST_ONE({
      GATE: () => this.#goesOn(),
      DEF: () => {
        this.#strays += 1;
        this.OR([
          { ALT: () => this.CONSUME(NameLike) },
          { ALT: () => this.CONSUME(Extends) },
          { ALT: () => this.CONSUME(LeftBrace) },
          { ALT: () => this.CONSUME(RightBrace) },
          { ALT: () => this.CONSUME(LeftBracket) },
          { ALT: () => this.CONSUME(RightBracket) },
        ]);
      },
    });
  });

  /** A text that lacks this much, or has so much outside its models, is none of ours; each recovery takes about a millisecond. */
  #goesOn(): boolean {
    return this.#recoveries.count < 100 && this.#strays < 10_000;
  }

  #continuesProperty(group: string | undefined, before: readonly string[]): boolean {
    if (!this.#goesOn()) return false;
    const next = this.LA(1);
    if (next.tokenType === LeftBrace) return group === undefined;
    return next.tokenType !== Word || takesWord(group, before, next.image);
  }
}

/** One parser serves all files: setting its input starts it anew. */
export const specParser = new SpecParser({ count: 0 });
