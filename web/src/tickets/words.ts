/** Whose a ticket is, what type it is, and who can be asked to do something. */

import { useSettings } from "../api/queries";
import { NOTHING } from "../format";
import { useLabel } from "../i18n";
import { useLive } from "../live/store";

interface Owned {
  owner_agent: string;
  owner_user: string;
}

export function useTypes() {
  const label = useLabel();
  const types = useSettings().data?.ticket_types ?? [];
  return {
    options: types.map((one) => ({ value: one.code, label: label(one) })),
    word: (code: string) => {
      const found = types.find((one) => one.code === code);
      return found ? label(found) : code;
    },
  };
}

/** The agents of the floor, by number. */
export function useAgents() {
  const seats = useLive((live) => live.entities.seats);
  const names = new Map(Object.values(seats).map((seat) => [seat.agent_number, seat.agent_name]));
  names.delete("");
  return {
    options: [...names]
      .map(([number, name]) => ({ value: number, label: name ? `${name} (${number})` : number }))
      .sort((one, other) => one.label.localeCompare(other.label)),
    word: (number: string) => names.get(number) || number,
  };
}

export function useOwnerWord(): (of: Owned) => string {
  const agents = useAgents();
  return ({ owner_agent, owner_user }) => (owner_agent ? agents.word(owner_agent) : owner_user || NOTHING);
}
