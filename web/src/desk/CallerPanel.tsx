import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { ask, query } from "../api/client";
import { queryClient, useMay } from "../api/queries";
import type { Instant, Seat } from "../api/shapes";
import { CustomerCards } from "../customers/CustomerCards";
import type { Found } from "../customers/customers";
import { isInCall } from "../seats/seats";
import { NewcomerForm } from "./NewcomerForm";
import { type Newcomer, useNewcomers } from "./newcomers";

interface OwnCall {
  pbx: string;
  callId: string;
  since: Instant;
}

/** The call at the seat; during the work after it, the one that it is about. */
function useOwnCall(seat: Seat): OwnCall | null {
  const last = useRef<OwnCall | null>(null);
  if (isInCall(seat) && seat.call_id && last.current?.callId !== seat.call_id) {
    last.current = { pbx: seat.pbx, callId: seat.call_id, since: seat.since };
  }
  return isInCall(seat) || seat.state === "wrap_up" ? last.current : null;
}

const keyOf = (call: OwnCall | null) => ["pop", call?.pbx, call?.callId];

/** Who it is, asked once when it begins to ring. */
function usePop(call: OwnCall | null) {
  return useQuery({
    queryKey: keyOf(call),
    queryFn: () => ask<Found>("GET", `/api/customer-pop${query({ pbx: call?.pbx, call_id: call?.callId })}`),
    enabled: call !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

function ringsNew(call: OwnCall | null, found: Found | undefined): Newcomer | null {
  if (!call || !found?.number || found.customers.length > 0) return null;
  return { callId: call.callId, number: found.number, since: call.since, name: "", level: "", note: "" };
}

/** Who rings: the record, or a form for one; and the forms of earlier calls that are still to be saved. */
function Caller({ seat }: { seat: Seat }) {
  const { t } = useTranslation();
  const mayEdit = useMay("edit_customers");
  const seesNumbers = useMay("see_numbers");
  const call = useOwnCall(seat);
  const found = usePop(call).data;
  const { newcomers, type, drop } = useNewcomers();
  const ringing = ringsNew(call, found);
  const isTyped = newcomers.some(({ callId }) => callId === ringing?.callId);
  const forms = ringing && !isTyped ? [ringing, ...newcomers] : newcomers;
  return (
    <>
      {found && found.customers.length > 0 && <CustomerCards title={t("desk.customer")} customers={found.customers} />}
      {mayEdit &&
        seesNumbers &&
        forms.map((newcomer) => (
          <NewcomerForm
            key={newcomer.callId}
            newcomer={newcomer}
            onType={type}
            onDrop={() => drop(newcomer.callId)}
            onSaved={(customer) => {
              drop(newcomer.callId);
              if (newcomer.callId === call?.callId) {
                queryClient.setQueryData<Found>(keyOf(call), { number: newcomer.number, customers: [customer] });
              }
            }}
          />
        ))}
    </>
  );
}

/** The screen pop. */
export function CallerPanel({ seat }: { seat: Seat }) {
  return useMay("see_customers") ? <Caller seat={seat} /> : null;
}
