import { Button, Select, TextInput } from "@mantine/core";
import { IconPlus, IconUpload } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";
import { useFormat, useMay } from "../api/queries";
import { NOTHING } from "../format";
import { useLabel } from "../i18n";
import { ImportWizard } from "../imports/ImportWizard";
import { ListPanel } from "../parts/ListPanel";
import { MoreButton } from "../parts/MoreButton";
import page from "../parts/Page.module.css";
import table from "../parts/Table.module.css";
import { useAddressFilter } from "../parts/useAddressFilter";
import { useTitle } from "../parts/useTitle";
import classes from "./Customers.module.css";
import { type Customer, type Filter, useCustomers } from "./customers";
import { Level } from "./Level";
import { RecordDialog } from "./RecordDialog";
import { NOTHING_KNOWN } from "./record";
import { useLevels, useNameWord } from "./words";

const FILTER = ["name", "number", "level"] as const satisfies (keyof Filter)[];

function Filters({ filter, set }: { filter: Filter; set: (name: keyof Filter, value: string) => void }) {
  const { t } = useTranslation();
  const label = useLabel();
  const { levels } = useLevels();
  return (
    <div className={classes.filters}>
      {(["name", "number"] as const).map((name) => (
        <TextInput
          key={name}
          size="xs"
          aria-label={t(`customers.search.${name}`)}
          placeholder={t(`customers.search.${name}`)}
          value={filter[name]}
          onChange={(event) => set(name, event.currentTarget.value)}
        />
      ))}
      <Select
        size="xs"
        aria-label={t("customers.field.level")}
        placeholder={t("customers.anyLevel")}
        clearable
        clearButtonProps={{ "aria-label": t("customers.anyLevel") }}
        data={levels.map((level) => ({ value: level.code, label: label(level) }))}
        value={filter.level || null}
        onChange={(value) => set("level", value ?? "")}
      />
    </div>
  );
}

function CustomerRow({ customer }: { customer: Customer }) {
  const format = useFormat();
  const nameWord = useNameWord();
  const [first, ...others] = customer.numbers;
  return (
    <tr className={table.linked}>
      <td>
        <Link href={`/customers/${customer.id}`} className={table.cover}>
          {nameWord(customer)}
        </Link>
      </td>
      <td>{customer.level ? <Level code={customer.level} /> : NOTHING}</td>
      <td className="num">
        {first?.number ?? NOTHING}
        {others.length > 0 && <small className="muted"> +{others.length}</small>}
      </td>
      <td>{customer.reference || NOTHING}</td>
      <td className="num">{format.dateMinute(customer.changed_at)}</td>
    </tr>
  );
}

/** Whom the centre knows: found by name, number and level, which stand in the address. */
export default function CustomersPage() {
  const { t } = useTranslation();
  const mayEdit = useMay("edit_customers");
  const mayManage = useMay("manage_customers");
  const mayImport = useMay("run_lists") && mayManage;
  const [, go] = useLocation();
  const [isMaking, setMaking] = useState(false);
  const [isImporting, setImporting] = useState(false);
  useTitle(t("page.customers"));
  const { filter, settled, isFiltered, set } = useAddressFilter(FILTER);
  const found = useCustomers(trimmed(settled));
  const customers = found.data?.pages.flatMap((one) => one.customers) ?? [];
  const columns = [
    t("customers.field.name"),
    t("customers.field.level"),
    t("customers.field.numbers"),
    t("customers.field.reference"),
    t("customers.changed"),
  ];
  return (
    <div className={page.page}>
      <header className={classes.head}>
        <h1>{t("page.customers")}</h1>
        <div className={classes.acts}>
          {mayImport && (
            <Button
              size="xs"
              variant="default"
              leftSection={<IconUpload size={15} />}
              onClick={() => setImporting(true)}
            >
              {t("customers.importFile")}
            </Button>
          )}
          {mayEdit && (
            <Button size="xs" leftSection={<IconPlus size={15} />} onClick={() => setMaking(true)}>
              {t("customers.make")}
            </Button>
          )}
        </div>
      </header>
      <ListPanel
        title={t("customers.list")}
        asked={[found]}
        tools={<Filters filter={filter} set={set} />}
        columns={columns}
        rows={customers.map((customer) => <CustomerRow key={customer.id} customer={customer} />)}
        empty={
          isFiltered
            ? { title: t("customers.noneSuch"), text: t("customers.noneSuchText") }
            : { title: t("customers.none"), text: mayEdit ? t("customers.noneText") : t("customers.noneAskText") }
        }
      >
        {found.hasNextPage && (
          <div className={classes.more}>
            <MoreButton pages={found} />
          </div>
        )}
      </ListPanel>
      {isImporting && (
        <ImportWizard
          into={{ kind: "customers" }}
          title={t("import.titleCustomers")}
          onClose={() => setImporting(false)}
        />
      )}
      {isMaking && (
        <RecordDialog
          customer={null}
          start={{ ...NOTHING_KNOWN, name: filter.name, numbers: [{ number: filter.number, label: "" }] }}
          onClose={() => setMaking(false)}
          onSaved={({ id }) => go(`/customers/${id}`)}
        />
      )}
    </div>
  );
}

function trimmed({ name, number, level }: Filter): Filter {
  return { name: name.trim(), number: number.trim(), level };
}
