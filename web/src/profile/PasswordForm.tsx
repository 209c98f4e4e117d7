import { Button, PasswordInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSession } from "../api/queries";
import { Failure } from "../parts/Failure";
import { useRefusal } from "../parts/useRefusal";
import { useTell } from "../parts/useTell";
import classes from "./ProfilePage.module.css";
import { useChangePassword } from "./profile";

/** Changes one's own password with the present one. */
export function PasswordForm({ focused }: { focused?: boolean }) {
  const { t } = useTranslation();
  const { user } = useSession();
  const [typed, setTyped] = useState({ old: "", new: "", again: "" });
  const [differs, setDiffers] = useState(false);
  const change = useChangePassword();
  const tell = useTell();
  const refusal = useRefusal(change.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setDiffers(typed.new !== typed.again);
    if (typed.new !== typed.again) return;
    change.mutate(
      { old_password: typed.old, password: typed.new },
      {
        onSuccess: () => {
          setTyped({ old: "", new: "", again: "" });
          tell.success(t("profile.changed"));
        },
      },
    );
  };
  const input = (name: keyof typeof typed) => ({
    label: t(`profile.${name}`),
    value: typed[name],
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => setTyped({ ...typed, [name]: event.currentTarget.value }),
    autoComplete: name === "old" ? "current-password" : "new-password",
    visibilityToggleButtonProps: { "aria-label": t("profile.show") },
    required: true,
    withAsterisk: false,
  });
  return (
    <form onSubmit={submit} className={classes.form}>
      <input type="text" name="username" autoComplete="username" value={user.username} readOnly hidden />
      <PasswordInput {...input("old")} error={refusal.at("old_password")} autoFocus={focused} />
      <PasswordInput {...input("new")} description={t("profile.newHint")} error={refusal.at("password")} />
      <PasswordInput {...input("again")} error={differs ? t("profile.differs") : null} />
      {refusal.isElsewhere && <Failure error={change.error} />}
      <Button type="submit" loading={change.isPending} className={classes.send}>
        {t("profile.change")}
      </Button>
    </form>
  );
}
