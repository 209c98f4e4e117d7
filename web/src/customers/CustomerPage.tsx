import { Button } from "@mantine/core";
import { IconArrowLeft, IconGitMerge, IconPencil, IconPhoneOff } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";
import { useMay, useZone } from "../api/queries";
import call from "../calls/CallPage.module.css";
import { Failure } from "../parts/Failure";
import page from "../parts/Page.module.css";
import { useTell } from "../parts/useTell";
import { useTitle } from "../parts/useTitle";
import { PageSkeleton } from "../parts/Waiting";
import { BanDialog } from "./BanDialog";
import { Coming } from "./Coming";
import classes from "./Customers.module.css";
import { type Customer, useCustomer } from "./customers";
import { DeleteDialog } from "./DeleteDialog";
import { History } from "./History";
import { Known } from "./Known";
import { Level } from "./Level";
import { MergeDialog } from "./MergeDialog";
import { Merges } from "./Merges";
import { RecordDialog } from "./RecordDialog";
import { draftOf } from "./record";
import { useNameWord } from "./words";

type Act = "edit" | "merge" | "ban" | "delete";

/** What can be done with a record, for whom it is allowed. */
function Acts({ customer, onAct }: { customer: Customer; onAct: (act: Act) => void }) {
  const { t } = useTranslation();
  const mayEdit = useMay("edit_customers");
  const mayManage = useMay("manage_customers");
  const mayBeCalled = customer.numbers.some((number) => !number.do_not_call);
  return (
    <div className={classes.acts}>
      {mayEdit && (
        <Button size="xs" leftSection={<IconPencil size={15} />} onClick={() => onAct("edit")}>
          {t("customers.change")}
        </Button>
      )}
      {mayEdit && mayBeCalled && (
        <Button size="xs" variant="default" leftSection={<IconPhoneOff size={15} />} onClick={() => onAct("ban")}>
          {t("customers.ban")}
        </Button>
      )}
      {mayManage && (
        <Button size="xs" variant="default" leftSection={<IconGitMerge size={15} />} onClick={() => onAct("merge")}>
          {t("customers.merge")}
        </Button>
      )}
      {mayManage && (
        <Button size="xs" variant="subtle" color="red" onClick={() => onAct("delete")}>
          {t("customers.delete")}
        </Button>
      )}
    </div>
  );
}

function Dialogs({ customer, act, onClose }: { customer: Customer; act: Act | null; onClose: () => void }) {
  const { t } = useTranslation();
  const tell = useTell();
  const zone = useZone();
  const [, go] = useLocation();
  switch (act) {
    case "edit":
      return (
        <RecordDialog
          customer={customer}
          start={draftOf(customer, zone)}
          onClose={onClose}
          onSaved={() => tell.success(t("customers.saved"))}
        />
      );
    case "merge":
      return <MergeDialog kept={customer} onClose={onClose} />;
    case "ban":
      return <BanDialog customer={customer} onClose={onClose} />;
    case "delete":
      return <DeleteDialog customer={customer} onClose={onClose} onDeleted={() => go("/customers")} />;
    case null:
      return null;
  }
}

function Shown({ customer }: { customer: Customer }) {
  const { t } = useTranslation();
  const nameWord = useNameWord();
  const [act, setAct] = useState<Act | null>(null);
  const name = nameWord(customer);
  useTitle(name);
  return (
    <div className={page.page}>
      <div className={call.head}>
        <Link href="/customers" className={page.back}>
          <IconArrowLeft size={16} aria-hidden /> {t("page.customers")}
        </Link>
        <div className={classes.head}>
          <h1>
            {name} <Level code={customer.level} />
          </h1>
          <Acts customer={customer} onAct={setAct} />
        </div>
      </div>
      <Known customer={customer} />
      <Coming id={customer.id} />
      <History id={customer.id} />
      <Merges id={customer.id} />
      <Dialogs customer={customer} act={act} onClose={() => setAct(null)} />
    </div>
  );
}

/** A customer: what is known, what is to come, what happened. */
export default function CustomerPage({ id }: { id: number }) {
  const customer = useCustomer(id);
  if (customer.isPending) return <PageSkeleton />;
  if (customer.isError) return <Failure error={customer.error} onRetry={() => void customer.refetch()} />;
  return <Shown customer={customer.data} />;
}
