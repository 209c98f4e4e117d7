import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Asked, ask } from "../api/client";
import type { CustomerPop } from "../api/described";
import { queryClient, useMay } from "../api/queries";
import type { Instant, Seat } from "../api/shapes";
import { CustomerCards } from "../customers/CustomerCards";
import type { Found } from "../customers/customers";
import { Failure } from "../parts/Failure";
import classes from "./Caller.module.css";
import { CallerTickets, type NewFromCall, TicketFromCall } from "./CallerTickets";
import { NewcomerForm } from "./NewcomerForm";
import { type Newcomer, useNewcomers } from "./newcomers";
import { OtherPage } from "./OtherPage";

interface OwnCall {
  pbx: string;
  callId: string;
  since: Instant;
}

/** The call at the seat; during the work after it, the one that it is about. `since` is when this page first saw it. */
function useOwnCall(seat: Seat): OwnCall | null {
  const seen = useRef<OwnCall | null>(null);
  const callId = seat.call_id ?? seat.wrap_up_call_id;
  if (callId === null) return null;
  if (seen.current?.callId !== callId) seen.current = { pbx: seat.pbx, callId, since: seat.since };
  return seen.current;
}

const keyOf = (call: OwnCall | null) => ["pop", call?.pbx, call?.callId];

/** Who it is, asked once when it begins to ring. */
function useAsked<Told>(call: OwnCall | null, key: readonly unknown[], askAbout: (of: Asking) => Promise<Told>) {
  return useQuery({
    queryKey: key,
    queryFn: () => askAbout({ query: { pbx: call?.pbx ?? "", call_id: call?.callId ?? "" } }),
    enabled: call !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

type Asking = Asked<"GET /api/customer-pop">;

/** What the CRM says, which may come a moment later. */
function CrmSays({ call }: { call: OwnCall | null }) {
  const { t } = useTranslation();
  const asked = useAsked(call, [...keyOf(call), "crm"], (of) => ask("GET /api/customer-pop/crm", of));
  const found = asked.data?.found;
  if (!found && !asked.error) return null;
  return (
    <section className={`panel ${classes.caller}`} aria-label={t("desk.crm")}>
      <h2>{t("desk.crm")}</h2>
      {asked.error && <Failure error={asked.error} onRetry={() => void asked.refetch()} />}
      {found && (
        <div className={classes.head}>
          <span>{[found.name, found.level].filter(Boolean).join(" · ")}</span>
          {found.link && (
            <a href={found.link} target="_blank" rel="noopener noreferrer">
              {t("desk.openCrm")}
            </a>
          )}
        </div>
      )}
    </section>
  );
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
  const worksTickets = useMay("work_tickets");
  const [made, setMade] = useState<NewFromCall | null>(null);
  const call = useOwnCall(seat);
  const asked = useAsked(call, keyOf(call), (of) => ask("GET /api/customer-pop", of));
  const found = asked.data;
  const { newcomers, isKept, type, drop } = useNewcomers();
  const ringing = ringsNew(call, found);
  const isTyped = newcomers.some(({ callId }) => callId === ringing?.callId);
  const forms = ringing && !isTyped ? [ringing, ...newcomers] : newcomers;
  return (
    <>
      {call && asked.error && (
        <section className={`panel ${classes.caller}`} aria-label={t("desk.customer")}>
          <h2>{t("desk.customer")}</h2>
          <Failure error={asked.error} onRetry={() => void asked.refetch()} />
        </section>
      )}
      {found && found.customers.length > 0 && <CustomerCards title={t("desk.customer")} customers={found.customers} />}
      {call && found?.address && (
        <OtherPage
          key={call.callId}
          address={found.address}
          opensByItself={found.opens_by_itself && seat.state === "ringing"}
        />
      )}
      <CrmSays call={call} />
      {worksTickets && call && found && (
        <CallerTickets
          key={call.callId}
          call={{ pbx: call.pbx, call_id: call.callId }}
          customer={found.customers.length === 1 ? (found.customers[0]?.id ?? null) : null}
          onMake={setMade}
        />
      )}
      {made && <TicketFromCall made={made} onClose={() => setMade(null)} />}
      {mayEdit &&
        seesNumbers &&
        forms.map((newcomer) => (
          <NewcomerForm
            key={newcomer.callId}
            newcomer={newcomer}
            isKept={isKept}
            onType={type}
            onDrop={() => drop(newcomer.callId)}
            onSaved={(customer) => {
              drop(newcomer.callId);
              if (newcomer.callId === call?.callId) {
                queryClient.setQueryData<CustomerPop>(keyOf(call), (pop) => pop && { ...pop, customers: [customer] });
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
