import type { ReactNode } from "react";
import { LanguageSwitch, ThemeSwitch } from "../frame/Switches";
import { Wordmark } from "../frame/Wordmark";
import { useTitle } from "../parts/useTitle";
import classes from "./SignIn.module.css";

interface Props {
  title: string;
  lead: string;
  /** What else stands below the card. */
  footer?: ReactNode;
  children: ReactNode;
}

/** The page before the panel: one card, and the switches of language and theme. */
export function DoorPage({ title, lead, footer, children }: Props) {
  useTitle(title);
  return (
    <div className={classes.page}>
      <main className={classes.card}>
        <Wordmark large />
        <h1>{title}</h1>
        <p className="muted">{lead}</p>
        {children}
      </main>
      <footer className={classes.footer}>
        {footer}
        <LanguageSwitch />
        <ThemeSwitch />
      </footer>
    </div>
  );
}
