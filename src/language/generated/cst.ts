// Written by `npm run gen` from the grammar in ../syntax/parser.ts.
import type { CstNode, ICstVisitor, IToken } from "chevrotain";

export interface FileCstNode extends CstNode {
  name: "file";
  children: FileCstChildren;
}

export type FileCstChildren = {
  use?: UseCstNode[];
  model?: ModelCstNode[];
  stray?: StrayCstNode[];
};

export interface UseCstNode extends CstNode {
  name: "use";
  children: UseCstChildren;
}

export type UseCstChildren = {
  Use: IToken[];
  FileLike: IToken[];
};

export interface ModelCstNode extends CstNode {
  name: "model";
  children: ModelCstChildren;
}

export type ModelCstChildren = {
  Model: IToken[];
  name: IToken[];
  Extends?: IToken[];
  base?: IToken[];
  surplus?: IToken[];
  block: BlockCstNode[];
};

export interface BlockCstNode extends CstNode {
  name: "block";
  children: BlockCstChildren;
}

export type BlockCstChildren = {
  LeftBrace: IToken[];
  property?: PropertyCstNode[];
  misplaced?: MisplacedCstNode[];
  RightBrace: IToken[];
};

export interface PropertyCstNode extends CstNode {
  name: "property";
  children: PropertyCstChildren;
}

export type PropertyCstChildren = {
  Word: IToken[];
  value?: ValueCstNode[];
  block?: BlockCstNode[];
};

export interface ValueCstNode extends CstNode {
  name: "value";
  children: ValueCstChildren;
}

export type ValueCstChildren = {
  Word?: IToken[];
  Quantity?: IToken[];
  Text?: IToken[];
  OpenText?: IToken[];
  QuotedText?: IToken[];
  list?: ListCstNode[];
};

export interface ListCstNode extends CstNode {
  name: "list";
  children: ListCstChildren;
}

export type ListCstChildren = {
  LeftBracket: IToken[];
  NameLike?: IToken[];
  RightBracket: IToken[];
};

export interface MisplacedCstNode extends CstNode {
  name: "misplaced";
  children: MisplacedCstChildren;
}

export type MisplacedCstChildren = {
  Quantity?: IToken[];
  Text?: IToken[];
  OpenText?: IToken[];
  QuotedText?: IToken[];
  Extends?: IToken[];
  RightBracket?: IToken[];
  list?: ListCstNode[];
  surplusBraces?: SurplusBracesCstNode[];
};

export interface SurplusBracesCstNode extends CstNode {
  name: "surplusBraces";
  children: SurplusBracesCstChildren;
}

export type SurplusBracesCstChildren = {
  LeftBrace: IToken[];
  NameLike?: IToken[];
  Extends?: IToken[];
  LeftBracket?: IToken[];
  RightBracket?: IToken[];
  RightBrace: IToken[];
};

export interface StrayCstNode extends CstNode {
  name: "stray";
  children: StrayCstChildren;
}

export type StrayCstChildren = {
  NameLike?: IToken[];
  Extends?: IToken[];
  LeftBrace?: IToken[];
  RightBrace?: IToken[];
  LeftBracket?: IToken[];
  RightBracket?: IToken[];
};

export interface ICstNodeVisitor<IN, OUT> extends ICstVisitor<IN, OUT> {
  file(children: FileCstChildren, param?: IN): OUT;
  use(children: UseCstChildren, param?: IN): OUT;
  model(children: ModelCstChildren, param?: IN): OUT;
  block(children: BlockCstChildren, param?: IN): OUT;
  property(children: PropertyCstChildren, param?: IN): OUT;
  value(children: ValueCstChildren, param?: IN): OUT;
  list(children: ListCstChildren, param?: IN): OUT;
  misplaced(children: MisplacedCstChildren, param?: IN): OUT;
  surplusBraces(children: SurplusBracesCstChildren, param?: IN): OUT;
  stray(children: StrayCstChildren, param?: IN): OUT;
}
