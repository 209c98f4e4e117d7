import { Button, Modal, PasswordInput, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { DialogButtons } from "../parts/DialogButtons";
import { Failure } from "../parts/Failure";
import { Once } from "../parts/Once";
import { useRefusal } from "../parts/useRefusal";
import { useTell } from "../parts/useTell";
import { RowsSkeleton } from "../parts/Waiting";
import classes from "./SecondFactor.module.css";
import { type Begun, useBegin, useConfirm, useRenewCodes, useStanding, useSwitchOff } from "./secondFactor";

interface Asked {
  isPending: boolean;
  error: Error | null;
}

/** Asks for the password before sign-in is changed: an open browser alone must not be enough. */
function PasswordDialog(props: {
  title: string;
  text: string;
  asked: Asked;
  onPassword: (password: string) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const [password, setPassword] = useState("");
  const refusal = useRefusal(props.asked.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    props.onPassword(password);
  };
  return (
    <Modal opened onClose={props.onClose} title={props.title} closeButtonProps={{ "aria-label": t("frame.close") }}>
      <form onSubmit={submit} className={classes.form}>
        <p className="muted">{props.text}</p>
        <PasswordInput
          label={t("profile.old")}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          error={refusal.at("password")}
          autoComplete="current-password"
          visibilityToggleButtonProps={{ "aria-label": t("profile.show") }}
          required
          withAsterisk={false}
          data-autofocus
        />
        {refusal.isElsewhere && <Failure error={props.asked.error} />}
        <DialogButtons onClose={props.onClose} isSending={props.asked.isPending} label={t("factor.continue")} />
      </form>
    </Modal>
  );
}

/** The picture for the app, and the code that proves that it has it. */
function ConfirmDialog(props: { begun: Begun; onCodes: (codes: string[]) => void; onClose: () => void }) {
  const { t } = useTranslation();
  const [code, setCode] = useState("");
  const confirm = useConfirm();
  const refusal = useRefusal(confirm.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    confirm.mutate(code, { onSuccess: props.onCodes });
  };
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={t("factor.scan")}
      closeOnClickOutside={false}
      closeButtonProps={{ "aria-label": t("frame.close") }}
    >
      <form onSubmit={submit} className={classes.form}>
        <p className="muted">{t("factor.scanText")}</p>
        <img src={props.begun.image} alt={t("factor.picture")} className={classes.picture} />
        <p className={classes.secret}>
          {t("factor.typed")} <code>{props.begun.secret.match(/.{1,4}/g)?.join(" ")}</code>
        </p>
        <TextInput
          label={t("factor.code")}
          value={code}
          onChange={(event) => setCode(event.currentTarget.value.replace(/\D/g, ""))}
          error={refusal.at("code") && t("factor.wrongNow")}
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={6}
          data-autofocus
        />
        {refusal.isElsewhere && <Failure error={confirm.error} />}
        <DialogButtons onClose={props.onClose} isSending={confirm.isPending} label={t("factor.switchOn")} />
      </form>
    </Modal>
  );
}

type Step = { is: "begin" } | { is: "scan"; begun: Begun } | { is: "renew" } | { is: "off" };

/** Whether one's own sign-in asks for a code of an authenticator app, too; `onKept`: new recovery codes were put away. */
export function SecondFactor({ onKept }: { onKept?: () => void }) {
  const { t } = useTranslation();
  const standing = useStanding();
  const [step, setStep] = useState<Step | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const begin = useBegin();
  const renew = useRenewCodes();
  const off = useSwitchOff();
  const tell = useTell();
  const close = () => setStep(null);
  const go = (next: Step) => {
    for (const asked of [begin, renew, off]) asked.reset();
    setStep(next);
  };
  const showCodes = (made: string[]) => {
    setStep(null);
    setCodes(made);
  };
  if (standing.isPending) return <RowsSkeleton rows={2} />;
  if (standing.isError) return <Failure error={standing.error} onRetry={() => void standing.refetch()} />;
  const { is_on, is_obligatory, recovery_codes_left, asks_password } = standing.data;
  const begun = { onSuccess: (begun: Begun) => setStep({ is: "scan", begun }) };
  const setUp = () => (asks_password ? go({ is: "begin" }) : begin.mutate("", begun));
  return (
    <>
      <p className={classes.text}>
        {is_on ? t("factor.isOn", { count: recovery_codes_left }) : t("factor.isOff")}
        {is_on && is_obligatory && ` ${t("factor.isObligatory")}`}
        {is_on && recovery_codes_left < 3 && <strong className={classes.few}> {t("factor.few")}</strong>}
      </p>
      <div className={classes.buttons}>
        {!is_on && (
          <Button loading={begin.isPending && !asks_password} onClick={setUp}>
            {t("factor.setUp")}
          </Button>
        )}
        {is_on && (
          <>
            <Button variant="default" onClick={() => go({ is: "renew" })}>
              {t("factor.renew")}
            </Button>
            {!is_obligatory && (
              <Button variant="subtle" color="red" onClick={() => go({ is: "off" })}>
                {t("factor.switchOff")}
              </Button>
            )}
          </>
        )}
      </div>
      {!asks_password && begin.isError && <Failure error={begin.error} />}
      {step?.is === "begin" && (
        <PasswordDialog
          title={t("factor.setUp")}
          text={t("factor.setUpText")}
          asked={begin}
          onPassword={(password) => begin.mutate(password, begun)}
          onClose={close}
        />
      )}
      {step?.is === "scan" && <ConfirmDialog begun={step.begun} onCodes={showCodes} onClose={close} />}
      {step?.is === "renew" && (
        <PasswordDialog
          title={t("factor.renew")}
          text={t("factor.renewText")}
          asked={renew}
          onPassword={(password) => renew.mutate(password, { onSuccess: showCodes })}
          onClose={close}
        />
      )}
      {step?.is === "off" && (
        <PasswordDialog
          title={t("factor.switchOff")}
          text={t("factor.switchOffText")}
          asked={off}
          onPassword={(password) =>
            off.mutate(password, {
              onSuccess: () => {
                close();
                tell.success(t("factor.wasSwitchedOff"));
              },
            })
          }
          onClose={close}
        />
      )}
      {codes && (
        <Once
          title={t("factor.codes")}
          text={t("factor.codesText")}
          value={codes.join("\n")}
          onClose={() => {
            setCodes(null);
            onKept?.();
          }}
        />
      )}
    </>
  );
}
