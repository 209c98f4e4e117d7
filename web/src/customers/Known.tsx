import { IconPhoneOff } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../api/queries";
import call from "../calls/CallPage.module.css";
import { NOTHING } from "../format";
import classes from "./Customers.module.css";
import type { Customer } from "./customers";
import { useAttributes } from "./words";

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children || NOTHING}</dd>
    </div>
  );
}

/** The numbers, and which of them nobody may call. */
export function Numbers({ customer }: { customer: Customer }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (customer.numbers.length === 0) return <>{t("customers.noNumbers")}</>;
  return (
    <ul className={classes.plain}>
      {customer.numbers.map((one) => (
        <li key={one.number}>
          <span className="num">{one.number}</span> {one.label && <span className="muted">{one.label}</span>}{" "}
          {one.do_not_call && (
            <span className={classes.banned}>
              <IconPhoneOff size={13} aria-hidden />
              {one.do_not_call_until === null
                ? t("customers.doNotCall")
                : t("customers.doNotCallUntil", { date: format.date(one.do_not_call_until) })}
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

/** Whether the centre may call them, since when and how they said it; withdrawn consent stands out. */
export function Consent({ customer: { consent, consent_at, consent_how } }: { customer: Customer }) {
  const { t } = useTranslation();
  const format = useFormat();
  const when = consent_at === null ? "" : format.date(consent_at);
  const words = [t(`customers.consent.${consent || "unasked"}`), when, consent_how].filter(Boolean).join(" · ");
  if (consent !== "withdrawn") return <>{words}</>;
  return (
    <span className={classes.banned}>
      <IconPhoneOff size={13} aria-hidden />
      {words}
    </span>
  );
}

/** What the record says. */
export function Known({ customer }: { customer: Customer }) {
  const { t } = useTranslation();
  const format = useFormat();
  const attributes = useAttributes();
  const changed = { time: format.dateTime(customer.changed_at), name: customer.changed_by };
  return (
    <section className="panel" aria-labelledby="known-title">
      <h2 id="known-title" className={call.bar}>
        {t("customers.known")}
      </h2>
      <dl className={`${call.facts} ${classes.facts}`}>
        <Fact label={t("customers.field.numbers")}>
          <Numbers customer={customer} />
        </Fact>
        <Fact label={t("customers.field.consent")}>
          <Consent customer={customer} />
        </Fact>
        <Fact label={t("customers.field.reference")}>{customer.reference}</Fact>
        {attributes(customer.attributes).map(({ code, label }) => (
          <Fact key={code} label={label}>
            {customer.attributes[code]}
          </Fact>
        ))}
      </dl>
      {customer.note && <p className={classes.note}>{customer.note}</p>}
      <p className={classes.small}>{t("customers.changedBy", changed)}</p>
    </section>
  );
}
