import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import reports from "../reports/ReportsPage.module.css";

const WAYS = [
  { name: "clips", path: "/library" },
  { name: "playlists", path: "/library/playlists" },
] as const;

/** The pages of the library. */
export function LibrarySections({ here }: { here: (typeof WAYS)[number]["name"] }) {
  const { t } = useTranslation();
  return (
    <nav className={reports.sections} aria-label={t("page.library")}>
      {WAYS.map(({ name, path }) => (
        <Link key={name} href={path} aria-current={name === here ? "page" : undefined}>
          {t(`library.section.${name}`)}
        </Link>
      ))}
    </nav>
  );
}
