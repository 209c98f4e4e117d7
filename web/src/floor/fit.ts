/** How large the seats are drawn: a few of them use the room that they have, to be read from two metres. Pure. */

/** In rem, so that a wall screen, which has larger letters, has larger cards as well. */
export interface CardSize {
  width: number;
  height: number;
  gap: number;
}

export const CARD: CardSize = { width: 12.25, height: 4.625, gap: 0.5 };
/** With a line more, so that state and queue need not be cut; for cards that have grown. */
export const ROOMY: CardSize = { ...CARD, height: 5.75 };
export const COMPACT: CardSize = { width: 9.75, height: 2.75, gap: 0.375 };

/** With more seats than this the board is read as a whole, and cards of one size are easier to run over. */
export const GROW_UP_TO = 24;

/** In pixels: the room for the cards, and what one rem is. */
export interface Room {
  width: number;
  height: number;
  rem: number;
}

export function columnsFor(size: CardSize, scale: number, room: Room): number {
  const gap = size.gap * room.rem;
  return Math.max(1, Math.floor((room.width + gap) / (size.width * scale * room.rem + gap)));
}

/** The largest scale up to `most` at which `count` cards need no scrolling; 1 if not even that fits. */
export function fitScale(count: number, size: CardSize, room: Room, most: number): number {
  const gap = size.gap * room.rem;
  for (let scale = most; scale > 1.04; scale -= 0.05) {
    const rows = Math.ceil(count / columnsFor(size, scale, room));
    const isNarrow = size.width * scale * room.rem > room.width;
    if (!isNarrow && rows * (size.height * scale * room.rem + gap) - gap <= room.height) return scale;
  }
  return 1;
}

/** What a roomy card may lose in scale against a plain one: the letters come first. */
const ROOMY_WORTH = 0.85;

/** Size and scale of the cards for `count` seats. */
export function fitCards(count: number, room: Room, most: number): { size: CardSize; scale: number } {
  const plain = fitScale(count, CARD, room, most);
  const roomy = fitScale(count, ROOMY, room, most);
  return roomy > 1 && roomy >= plain * ROOMY_WORTH ? { size: ROOMY, scale: roomy } : { size: CARD, scale: plain };
}
