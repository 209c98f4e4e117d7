import { Button, Modal, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconPlus, IconUpload } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat, useMay } from "../api/queries";
import { CallbackSections } from "../dialling/CallbackSections";
import { ImportWizard } from "../imports/ImportWizard";
import { DialogButtons } from "../parts/DialogButtons";
import { Failure } from "../parts/Failure";
import { MoreButton } from "../parts/MoreButton";
import table from "../parts/Table.module.css";
import { useTell } from "../parts/useTell";
import { useTitle } from "../parts/useTitle";
import { Empty, RowsSkeleton } from "../parts/Waiting";
import classes from "./DoNotCall.module.css";
import { type Entry, entryOf, useAdd, useEntries, useRemove } from "./doNotCall";

export default function DoNotCallPage() {
  const { t } = useTranslation();
  const mayRun = useMay("run_lists");
  const [dialog, setDialog] = useState<"add" | "import" | null>(null);
  useTitle(t("doNotCall.title"));
  return (
    <div className={classes.page}>
      <CallbackSections />
      <div>
        <div className={classes.head}>
          <h2>{t("doNotCall.title")}</h2>
          {mayRun && (
            <div className={classes.actions}>
              <Button
                size="xs"
                variant="default"
                leftSection={<IconUpload size={15} />}
                onClick={() => setDialog("import")}
              >
                {t("doNotCall.importFile")}
              </Button>
              <Button size="xs" leftSection={<IconPlus size={15} />} onClick={() => setDialog("add")}>
                {t("doNotCall.add")}
              </Button>
            </div>
          )}
        </div>
        <p className={classes.lead}>{t("doNotCall.lead")}</p>
      </div>
      <Entries mayRun={mayRun} />
      {dialog === "add" && <AddDialog onClose={() => setDialog(null)} />}
      {dialog === "import" && (
        <ImportWizard into={{ kind: "do_not_call" }} title={t("import.titleBans")} onClose={() => setDialog(null)} />
      )}
    </div>
  );
}

function Entries({ mayRun }: { mayRun: boolean }) {
  const { t } = useTranslation();
  const seesNumbers = useMay("see_numbers");
  const [typed, setTyped] = useState("");
  const [number] = useDebouncedValue(typed.replace(/[\s()*-]/g, ""), 250);
  const pages = useEntries(number);
  const [removing, setRemoving] = useState<Entry | null>(null);
  const entries = pages.data?.pages.flatMap((page) => page.entries) ?? [];
  const count = pages.data?.pages[0]?.count ?? 0;
  return (
    <section className="panel" aria-label={t("doNotCall.title")}>
      <div className={classes.bar}>
        {seesNumbers && (
          <TextInput
            size="xs"
            label={t("doNotCall.search")}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
        )}
        {pages.data && <span className="muted">{t("doNotCall.count", { count })}</span>}
      </div>
      {pages.isPending && <RowsSkeleton rows={5} />}
      {pages.isError && <Failure error={pages.error} onRetry={() => void pages.refetch()} />}
      {pages.data && entries.length === 0 && (
        <Empty
          title={number ? t("doNotCall.noneSuch") : t("doNotCall.none")}
          text={number ? t("doNotCall.noneSuchText") : t("doNotCall.noneText")}
        />
      )}
      {entries.length > 0 && <EntryTable entries={entries} onRemove={mayRun ? setRemoving : null} />}
      {pages.hasNextPage && (
        <div className={classes.more}>
          <MoreButton pages={pages} />
        </div>
      )}
      {removing && <RemoveDialog entry={removing} onClose={() => setRemoving(null)} />}
    </section>
  );
}

const written = (entry: Entry) => entry.number + (entry.is_prefix ? "*" : "");

function EntryTable({ entries, onRemove }: { entries: Entry[]; onRemove: ((entry: Entry) => void) | null }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
    <section className={classes.scroll} aria-label={t("doNotCall.title")} tabIndex={0}>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col">{t("doNotCall.number")}</th>
            <th scope="col">{t("doNotCall.expires")}</th>
            <th scope="col">{t("doNotCall.source")}</th>
            <th scope="col">{t("doNotCall.note")}</th>
            <th scope="col">{t("doNotCall.at")}</th>
            <th scope="col">{t("doNotCall.by")}</th>
            {onRemove && <th scope="col">{t("callbacks.actions")}</th>}
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <tr key={entry.id}>
              <td className="num">
                {written(entry)}
                {entry.is_prefix && <small className={classes.prefix}>{t("doNotCall.prefix")}</small>}
              </td>
              <td className="num">
                {entry.expires_at === null ? t("doNotCall.never") : format.date(entry.expires_at)}
              </td>
              <td>{entry.source}</td>
              <td>{entry.note}</td>
              <td className="num">{format.dateMinute(entry.created_at)}</td>
              <td>{entry.created_by}</td>
              {onRemove && (
                <td>
                  <Button
                    size="compact-xs"
                    variant="default"
                    aria-label={`${t("doNotCall.remove")}: ${written(entry)}`}
                    onClick={() => onRemove(entry)}
                  >
                    {t("doNotCall.remove")}
                  </Button>
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function AddDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const tell = useTell();
  const add = useAdd();
  const [number, setNumber] = useState("");
  const [note, setNote] = useState("");
  const [isTold, setTold] = useState(false);
  const entry = entryOf(number);
  function submit(event: FormEvent) {
    event.preventDefault();
    setTold(true);
    if (!entry) return;
    add.mutate(
      { ...entry, note },
      {
        onSuccess: () => {
          tell.success(t("doNotCall.added", { number }));
          onClose();
        },
      },
    );
  }
  return (
    <Modal opened onClose={onClose} title={t("doNotCall.add")} closeButtonProps={{ "aria-label": t("frame.close") }}>
      <form onSubmit={submit} className={classes.form} noValidate>
        <TextInput
          data-autofocus
          label={t("doNotCall.number")}
          description={t("doNotCall.numberHint")}
          value={number}
          onChange={(event) => setNumber(event.currentTarget.value)}
          error={isTold && !entry ? t("doNotCall.badNumber") : undefined}
        />
        <TextInput
          label={t("doNotCall.note")}
          maxLength={500}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        {add.isError && <Failure error={add.error} />}
        <DialogButtons onClose={onClose} isSending={add.isPending} label={t("doNotCall.addOne")} />
      </form>
    </Modal>
  );
}

function RemoveDialog({ entry, onClose }: { entry: Entry; onClose: () => void }) {
  const { t } = useTranslation();
  const tell = useTell();
  const remove = useRemove();
  return (
    <Modal opened onClose={onClose} title={t("doNotCall.remove")} closeButtonProps={{ "aria-label": t("frame.close") }}>
      <p className={classes.lead}>{t("doNotCall.removeSure", { number: written(entry) })}</p>
      {remove.isError && <Failure error={remove.error} />}
      <div className={classes.buttons}>
        <Button variant="default" onClick={onClose}>
          {t("callbacks.cancel")}
        </Button>
        <Button
          color="red"
          loading={remove.isPending}
          onClick={() =>
            remove.mutate(entry.id, {
              onSuccess: () => {
                tell.success(t("doNotCall.removed", { number: written(entry) }));
                onClose();
              },
            })
          }
        >
          {t("doNotCall.remove")}
        </Button>
      </div>
    </Modal>
  );
}
