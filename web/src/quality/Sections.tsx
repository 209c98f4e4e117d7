import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useMay, useSeesAll } from "../api/queries";
import reports from "../reports/ReportsPage.module.css";

/** The pages of quality. */
export function Sections({ here }: { here: "inbox" | "reviews" | "calibrations" | "coaching" | "plans" | "forms" }) {
  const { t } = useTranslation();
  const reviews = useMay("review_calls");
  const seesAll = useSeesAll();
  const plans = useMay("manage_sampling");
  const ways = [
    { name: "inbox", isOpen: reviews && seesAll },
    { name: "reviews", isOpen: true },
    { name: "calibrations", isOpen: reviews && seesAll },
    { name: "coaching", isOpen: true },
    { name: "plans", isOpen: plans },
    { name: "forms", isOpen: reviews },
  ] as const;
  return (
    <nav className={reports.sections} aria-label={t("page.quality")}>
      {ways
        .filter(({ isOpen }) => isOpen)
        .map(({ name }) => (
          <Link key={name} href={`/quality/${name}`} aria-current={name === here ? "page" : undefined}>
            {t(`sampling.section.${name}`)}
          </Link>
        ))}
    </nav>
  );
}
