import { Textarea, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Words } from "./building";
import classes from "./Quality.module.css";

const LANGUAGES = ["en", "zh"] as const;

interface Props {
  label: string;
  words: Words;
  change: (words: Words) => void;
  error?: string | null;
}

/** One text in both languages. */
export function WordsFields({ label, words, change, error, isLong = false }: Props & { isLong?: boolean }) {
  const { t } = useTranslation();
  const Field = isLong ? Textarea : TextInput;
  return (
    <div className={classes.two}>
      {LANGUAGES.map((language) => (
        <Field
          key={language}
          size="xs"
          label={t(`quality.in.${language}`, { label })}
          lang={language}
          maxLength={isLong ? 2000 : 200}
          value={words[language]}
          error={error}
          onChange={(event) => change({ ...words, [language]: event.currentTarget.value })}
        />
      ))}
    </div>
  );
}
