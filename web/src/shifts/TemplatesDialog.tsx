import { Button, Modal, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLabel } from "../i18n";
import { DialogButtons } from "../parts/DialogButtons";
import { Failure } from "../parts/Failure";
import page from "../parts/Page.module.css";
import { SureButton } from "../parts/SureButton";
import { useRefusal } from "../parts/useRefusal";
import { Empty, RowsSkeleton } from "../parts/Waiting";
import { draftsOf, partsOf, shiftWord } from "./clock";
import { PartFields } from "./PartFields";
import { Bar, Legend } from "./Parts";
import { USUAL } from "./ShiftDialog";
import classes from "./Shifts.module.css";
import { type Pattern, useRemoveTemplate, useSaveTemplate, useTemplates } from "./shifts";

const NEW: Pattern = { id: 0, label_en: "", label_zh: "", version: 0, parts: [] };

/** A template while it is typed: its names, one is enough, and its parts. */
function Editor({ template, onClose }: { template: Pattern; onClose: () => void }) {
  const { t } = useTranslation();
  const [names, setNames] = useState({ label_en: template.label_en, label_zh: template.label_zh });
  const [drafts, setDrafts] = useState(() => (template.id === 0 ? USUAL : draftsOf(template.parts)));
  const saving = useSaveTemplate();
  const refusal = useRefusal(saving.error);
  const parts = partsOf(drafts);
  function submit(event: FormEvent) {
    event.preventDefault();
    if (parts && !saving.isPending) saving.mutate({ ...template, ...names, parts }, { onSuccess: onClose });
  }
  return (
    <form onSubmit={submit} className={page.form} noValidate>
      {(["label_en", "label_zh"] as const).map((name) => (
        <TextInput
          key={name}
          label={t(`shifts.${name}`)}
          maxLength={100}
          value={names[name]}
          error={refusal.at(name)}
          onChange={(event) => setNames({ ...names, [name]: event.currentTarget.value })}
        />
      ))}
      <PartFields drafts={drafts} onChange={setDrafts} />
      {saving.error && refusal.at("label_en") === null && refusal.at("label_zh") === null && (
        <Failure error={saving.error} />
      )}
      <DialogButtons onClose={onClose} isSending={saving.isPending} />
    </form>
  );
}

function Row({ template, onEdit }: { template: Pattern; onEdit: () => void }) {
  const { t } = useTranslation();
  const name = useLabel()(template);
  const removing = useRemoveTemplate();
  return (
    <li className={classes.template}>
      <div className={classes.head}>
        <span>
          <strong>{name}</strong> <span className="num muted">{shiftWord(template.parts)}</span>
        </span>
        <span className={classes.buttons}>
          <Button size="compact-xs" variant="default" aria-label={t("shifts.editOf", { name })} onClick={onEdit}>
            {t("shifts.edit")}
          </Button>
          <SureButton
            label={t("shifts.removeTemplate")}
            name={t("shifts.removeTemplateOf", { name })}
            sure={t("shifts.removeReally")}
            isSending={removing.isPending}
            onSure={() => removing.mutate(template)}
          />
        </span>
      </div>
      <Bar parts={template.parts} />
      {removing.error && <Failure error={removing.error} />}
    </li>
  );
}

/** The templates that shifts are planned by: looked at, made, changed, deleted. */
export function TemplatesDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [edited, edit] = useState<Pattern | null>(null);
  const result = useTemplates();
  return (
    <Modal
      opened
      size="lg"
      onClose={onClose}
      closeOnClickOutside={edited === null}
      title={t("shifts.templates")}
      closeButtonProps={{ "aria-label": t("frame.close") }}
    >
      {edited ? (
        <Editor template={edited} onClose={() => edit(null)} />
      ) : (
        <div className={page.form}>
          <p className="muted">{t("shifts.templatesHint")}</p>
          {result.isPending && <RowsSkeleton rows={3} />}
          {result.isError && <Failure error={result.error} onRetry={() => void result.refetch()} />}
          {result.data?.length === 0 && <Empty title={t("shifts.noTemplates")} text={t("shifts.noTemplatesText")} />}
          {result.data && result.data.length > 0 && (
            <>
              <ul className={classes.templates}>
                {result.data.map((one) => (
                  <Row key={one.id} template={one} onEdit={() => edit(one)} />
                ))}
              </ul>
              <Legend />
            </>
          )}
          <Button variant="default" leftSection={<IconPlus size={15} />} onClick={() => edit(NEW)}>
            {t("shifts.newTemplate")}
          </Button>
        </div>
      )}
    </Modal>
  );
}
