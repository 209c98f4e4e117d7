import { Chip, Group } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useFormat } from "../api/queries";
import classes from "./Customers.module.css";
import { type Customer, useComing, useHistory } from "./customers";
import { HappeningList } from "./History";
import { Consent, Numbers } from "./Known";
import { Level } from "./Level";
import { useAttributes, useNameWord } from "./words";

const LAST_CONTACTS = 3;

function Attributes({ customer }: { customer: Customer }) {
  const attributes = useAttributes();
  const known = attributes(customer.attributes).filter(({ code }) => customer.attributes[code]);
  return (
    <dl className={classes.brief}>
      {known.map(({ code, label }) => (
        <div key={code}>
          <dt>{label}</dt>
          <dd>{customer.attributes[code]}</dd>
        </div>
      ))}
    </dl>
  );
}

function OpenCallbacks({ id }: { id: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const coming = useComing(id).data ?? [];
  if (coming.length === 0) return null;
  return (
    <>
      <h3>{t("customers.coming")}</h3>
      <ul className={classes.plain}>
        {coming.map((one) => (
          <li key={one.id}>
            <span className="num">{one.due_at === null ? t("customers.atOnce") : format.dateMinute(one.due_at)}</span>
            {` · ${one.list.name}`}
          </li>
        ))}
      </ul>
    </>
  );
}

function LastContacts({ id }: { id: number }) {
  const { t } = useTranslation();
  const events = useHistory(id, LAST_CONTACTS).data?.pages[0]?.events ?? [];
  if (events.length === 0) return null;
  return (
    <>
      <h3>{t("customers.lastContacts")}</h3>
      <HappeningList events={events} />
    </>
  );
}

function Card({ customer }: { customer: Customer }) {
  const { t } = useTranslation();
  const nameWord = useNameWord();
  return (
    <>
      <p className={classes.name}>
        <Link href={`/customers/${customer.id}`}>{nameWord(customer)}</Link> <Level code={customer.level} />
      </p>
      {customer.note && <p className={classes.wrote}>{customer.note}</p>}
      <Numbers customer={customer} />
      <dl className={classes.brief}>
        <div>
          <dt>{t("customers.field.consent")}</dt>
          <dd>
            <Consent customer={customer} />
          </dd>
        </div>
      </dl>
      <Attributes customer={customer} />
      <OpenCallbacks id={customer.id} />
      <LastContacts id={customer.id} />
    </>
  );
}

/** The record of whom one talks with, in short; where several have the number, one of them at a time. */
export function CustomerCards({ title, customers }: { title: string; customers: Customer[] }) {
  const nameWord = useNameWord();
  const [chosen, choose] = useState<number | null>(null);
  const customer = customers.find(({ id }) => id === chosen) ?? customers[0];
  if (!customer) return null;
  return (
    <section className={`panel ${classes.card}`} aria-label={title}>
      <h2>{title}</h2>
      {customers.length > 1 && (
        <Chip.Group value={String(customer.id)} onChange={(id) => choose(Number(id))}>
          <Group gap={6}>
            {customers.map((one) => (
              <Chip key={one.id} value={String(one.id)} size="xs" variant="light">
                {nameWord(one)}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
      )}
      <Card key={customer.id} customer={customer} />
    </section>
  );
}
