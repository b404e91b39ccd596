/* Patterns have no beginning that may be of any length: a name may be of a hundred thousand letters. */

/** Parts of training that hold layers and never give an answer. */
const training =
  /^(criterion|queue|centers?|prototypes?|decoder|fpn|rpn)$|^(memory|aux|discriminator|roi)|loss|metric|preprocessor$|optimi[sz]er/i;

/** Layers that only training has behind the stages, if there is another head. */
const branches = /^proj$|project(or|ion)|^predict(or|ion)/i;

function hasPart(name: string, pattern: RegExp): boolean {
  return name.split('.').some((part) => pattern.test(part));
}

/** Whether a name is of what no network answers with. */
export function isTraining(name: string): boolean {
  return hasPart(name, training);
}

/** Whether a name is of something that only training needs, if another layer is the head. */
export function isBeside(name: string): boolean {
  return isTraining(name) || hasPart(name, branches);
}
