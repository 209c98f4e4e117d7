import { Button } from "@mantine/core";
import { IconFileSpreadsheet, IconFileTypeCsv, IconPrinter } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { query } from "../api/client";
import { useLanguage } from "../i18n";
import classes from "./ExportButtons.module.css";

const FORMATS = { xlsx: IconFileSpreadsheet, csv: IconFileTypeCsv };

interface Props {
  name: string;
  asked: Parameters<typeof query>[0];
  /** Where the file is, unless it is a report's. */
  under?: string;
}

/** The same figures as a file, in the language of the page; and on paper. */
export function ExportButtons({ name, asked, under = "/api/reports" }: Props) {
  const { t } = useTranslation();
  const language = useLanguage();
  return (
    <div className={classes.buttons}>
      {(["xlsx", "csv"] as const).map((format) => {
        const Icon = FORMATS[format];
        return (
          <Button
            key={format}
            component="a"
            href={`${under}/${name}.${format}${query({ ...asked, language })}`}
            download
            size="xs"
            variant="default"
            leftSection={<Icon size={15} aria-hidden />}
            aria-label={t("reports.exportAs", { format: format.toUpperCase() })}
          >
            {format.toUpperCase()}
          </Button>
        );
      })}
      <Button
        size="xs"
        variant="default"
        leftSection={<IconPrinter size={15} aria-hidden />}
        onClick={() => window.print()}
      >
        {t("reports.print")}
      </Button>
    </div>
  );
}
