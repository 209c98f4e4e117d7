import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat, useSession } from "../api/queries";
import { Failure } from "../parts/Failure";
import { ListPanel } from "../parts/ListPanel";
import { SureButton } from "../parts/SureButton";
import { useRefusal } from "../parts/useRefusal";
import { useTell } from "../parts/useTell";
import { useTitle } from "../parts/useTitle";
import { LanguageSelect } from "../users/LanguageSelect";
import type { User } from "../users/users";
import { browserOf } from "./browsers";
import { PasswordForm } from "./PasswordForm";
import classes from "./ProfilePage.module.css";
import { useChangeProfile, useEndSession, useSessions, type WebSession } from "./profile";
import { SecondFactor } from "./SecondFactor";

function WhoForm() {
  const { t } = useTranslation();
  const { user } = useSession();
  const [name, setName] = useState(user.name);
  const [language, setLanguage] = useState((user.language ?? "") as User["language"]);
  const change = useChangeProfile();
  const tell = useTell();
  const refusal = useRefusal(change.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate({ name: name.trim(), language }, { onSuccess: () => tell.success(t("profile.saved")) });
  };
  return (
    <form onSubmit={submit} className={classes.form} noValidate>
      <TextInput
        label={t("profile.name")}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={refusal.at("name")}
        maxLength={200}
        autoComplete="name"
      />
      <LanguageSelect value={language} onChange={setLanguage} error={refusal.at("language")} />
      {refusal.isElsewhere && <Failure error={change.error} />}
      <Button type="submit" loading={change.isPending} className={classes.send}>
        {t("profile.save")}
      </Button>
    </form>
  );
}

function useBrowserWords(): (said: string) => string {
  const { t } = useTranslation();
  return (said) => {
    const { browser, system } = browserOf(said);
    if (browser && system) return t("profile.browserOn", { browser, system });
    return browser ?? (said || t("profile.unknownBrowser"));
  };
}

function Row({ session }: { session: WebSession }) {
  const { t } = useTranslation();
  const format = useFormat();
  const browser = useBrowserWords()(session.browser);
  const end = useEndSession();
  const tell = useTell();
  return (
    <tr>
      <td>
        <span>
          {browser}
          {session.is_this && <span className={classes.small}>{t("profile.thisOne")}</span>}
        </span>
      </td>
      <td>{session.address}</td>
      <td>{format.dateMinute(session.created_at)}</td>
      <td>{format.dateMinute(session.last_seen_at)}</td>
      <td>
        <span className={classes.actions}>
          {!session.is_this && (
            <SureButton
              label={t("profile.end")}
              sure={t("profile.endReally")}
              name={t("profile.endName", { browser, address: session.address })}
              onSure={() => end.mutate(session.id, { onError: tell.failure })}
              isSending={end.isPending}
            />
          )}
        </span>
      </td>
    </tr>
  );
}

/** One's own account: who one is, the password, and where one is signed in. */
export default function ProfilePage() {
  const { t } = useTranslation();
  const sessions = useSessions();
  const endOthers = useEndSession();
  const tell = useTell();
  useTitle(t("profile.title"));
  const rows = sessions.data ?? [];
  return (
    <div className={classes.page}>
      <h1>{t("profile.title")}</h1>
      <div className={classes.forms}>
        <section className={`panel ${classes.part}`}>
          <h2>{t("profile.who")}</h2>
          <WhoForm />
        </section>
        <section className={`panel ${classes.part}`}>
          <h2>{t("profile.password")}</h2>
          <PasswordForm />
        </section>
        <section className={`panel ${classes.part}`}>
          <h2>{t("factor.title")}</h2>
          <SecondFactor />
        </section>
      </div>
      <ListPanel
        title={t("profile.sessions")}
        asked={[sessions]}
        tools={
          rows.length > 1 && (
            <SureButton
              label={t("profile.endOthers")}
              sure={t("profile.endOthersReally")}
              onSure={() => endOthers.mutate("others", { onError: tell.failure })}
              isSending={endOthers.isPending}
            />
          )
        }
        waitingRows={2}
        columns={[t("profile.browser"), t("profile.address"), t("profile.since"), t("profile.lastSeen"), null]}
        rows={rows.map((session) => <Row key={session.id} session={session} />)}
      />
    </div>
  );
}
