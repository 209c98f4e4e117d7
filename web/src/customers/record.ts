/** A customer's record while somebody writes it: what the form holds, and what it becomes. Pure. */

import { fromWall, toWall } from "../format";
import type { Consent, Customer, CustomerRecord, OwnNumber } from "./customers";

export interface Draft {
  name: string;
  reference: string;
  level: string;
  note: string;
  attributes: Record<string, string>;
  numbers: OwnNumber[];
  /** One decision; `at` is wall time in the centre's zone. */
  consent: { said: Consent; at: string; how: string };
}

export const NOTHING_KNOWN: Draft = {
  name: "",
  reference: "",
  level: "",
  note: "",
  attributes: {},
  numbers: [{ number: "", label: "" }],
  consent: { said: "", at: "", how: "" },
};

export function draftOf(customer: Customer, zone: string): Draft {
  const { name, reference, level, note, attributes } = customer;
  return {
    name,
    reference,
    level,
    note,
    attributes,
    numbers: customer.numbers.map(({ number, label }) => ({ number, label })),
    consent: {
      said: customer.consent,
      at: customer.consent_at === null ? "" : toWall(zone, customer.consent_at),
      how: customer.consent_how,
    },
  };
}

/** The record as it is sent. Lines without a number, and attributes that say nothing, are none. */
export function recordOf(draft: Draft, zone: string): CustomerRecord {
  const { consent, attributes, numbers, ...fields } = draft;
  const isSaid = consent.said !== "";
  return {
    ...fields,
    attributes: Object.fromEntries(Object.entries(attributes).filter(([, value]) => value.trim())),
    numbers: numbers.filter(({ number }) => number.trim()),
    consent: consent.said,
    consent_at: isSaid && consent.at ? fromWall(zone, consent.at) : null,
    consent_how: isSaid ? consent.how : "",
  };
}

const FIELDS = ["name", "reference", "level", "note", "numbers", "consent"] as const;
/** A field of a draft; of attributes each by itself. */
export type DraftField = (typeof FIELDS)[number] | `attributes.${string}`;

const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/**
 * What I wrote, put onto what somebody else saved meanwhile: each field is mine where I changed it, else theirs.
 * `clashes` are those that both changed, to different things.
 */
export function rebased(base: Draft, mine: Draft, theirs: Draft): { draft: Draft; clashes: DraftField[] } {
  const clashes: DraftField[] = [];
  function pick<Value>(field: DraftField, was: Value, own: Value, other: Value): Value {
    if (isSame(own, was)) return other;
    if (!isSame(other, was) && !isSame(own, other)) clashes.push(field);
    return own;
  }
  const names = Object.keys({ ...base.attributes, ...mine.attributes, ...theirs.attributes });
  const value = (of: Draft, name: string) => of.attributes[name] ?? "";
  const attributes = names.map((name) => [
    name,
    pick(`attributes.${name}`, value(base, name), value(mine, name), value(theirs, name)),
  ]);
  const fields = FIELDS.map((field) => [field, pick<unknown>(field, base[field], mine[field], theirs[field])]);
  return { draft: { ...Object.fromEntries(fields), attributes: Object.fromEntries(attributes) } as Draft, clashes };
}
