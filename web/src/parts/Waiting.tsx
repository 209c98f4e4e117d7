import { Skeleton, Stack } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import classes from "./Waiting.module.css";

/** Nothing to show, and why. */
export function Empty({ title, text, children }: { title: string; text: string; children?: ReactNode }) {
  return (
    <div className={classes.empty}>
      <svg className={classes.glyph} viewBox="0 0 48 48" aria-hidden="true">
        <rect x="7" y="11" width="34" height="26" rx="5" />
        <path d="M14 20h12M14 27h20" />
      </svg>
      <strong>{title}</strong>
      <p>{text}</p>
      {children}
    </div>
  );
}

export function PageSkeleton() {
  const { t } = useTranslation();
  return (
    <Stack gap="md" p="lg" role="status" aria-label={t("page.loading")}>
      <Skeleton h={96} radius="lg" />
      <Skeleton h={180} radius="lg" />
      <Skeleton h={320} radius="lg" />
    </Stack>
  );
}

export function RowsSkeleton({ rows = 8 }: { rows?: number }) {
  const { t } = useTranslation();
  const widths = Array.from({ length: rows }, (_, index) => `row-${index}`);
  return (
    <Stack gap={10} p="md" role="status" aria-label={t("page.loading")}>
      {widths.map((row) => (
        <Skeleton key={row} h={28} radius="sm" />
      ))}
    </Stack>
  );
}
