/** Parts of training that hold layers and take no part in what the network answers. */
const besides =
  /^(criterion|\w*loss\w*|\w*project(or|ion)\w*|proj|predict(or|ion)\w*|queue|memory\w*|centers?|prototypes?|aux\w*|\w*metrics?\w*|\w*preprocessor|\w*optimi[sz]er\w*|discriminator\w*|decoder|fpn|rpn|roi\w*)$/i;

/** Whether a name is of something that only training needs. */
export function isBeside(name: string): boolean {
  return name.split('.').some((part) => besides.test(part));
}
