import { ActionIcon, Button, MultiSelect, NumberInput, Select, Switch, TextInput } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { hasWords, ITEM_KINDS, type Item, type ItemKind, newOption, possibleKeys, retyped } from "./building";
import { useWords } from "./forms";
import classes from "./Quality.module.css";
import { WordsFields } from "./WordsFields";

interface CardProps {
  item: Item;
  /** As people count: 3 of section 2 is "2.3". */
  number: string;
  earlier: Item[];
  isTried: boolean;
  change: (fields: Partial<Item>) => void;
}

export function Tools({ name, tools }: { name: string; tools: { up: Tool; down: Tool; remove: Tool } }) {
  const { t } = useTranslation();
  const icons = { up: IconArrowUp, down: IconArrowDown, remove: IconTrash };
  return (["up", "down", "remove"] as const).map((what) => {
    const Icon = icons[what];
    return (
      <ActionIcon
        key={what}
        variant="subtle"
        color="gray"
        disabled={tools[what] === null}
        aria-label={t(`quality.${what}`, { name })}
        onClick={() => tools[what]?.()}
      >
        <Icon size={16} />
      </ActionIcon>
    );
  });
}

export type Tool = (() => void) | null;

function Options({ item, number, change, isTried }: CardProps) {
  const { t } = useTranslation();
  const put = (id: string, fields: Partial<Item["options"][number]>) =>
    change({ options: item.options.map((option) => (option.id === id ? { ...option, ...fields } : option)) });
  return (
    <>
      {item.options.map(({ id, label, share }, nth) => (
        <div key={id} className={classes.option}>
          {(["en", "zh"] as const).map((language) => (
            <TextInput
              key={language}
              size="xs"
              lang={language}
              maxLength={200}
              aria-label={t(`quality.in.${language}`, { label: t("quality.option", { number, option: nth + 1 }) })}
              value={label[language]}
              error={isTried && !hasWords(label)}
              onChange={(event) => put(id, { label: { ...label, [language]: event.currentTarget.value } })}
            />
          ))}
          <NumberInput
            size="xs"
            aria-label={t("quality.share", { number, option: nth + 1 })}
            suffix=" %"
            min={0}
            max={100}
            value={Math.round(share * 1000) / 10}
            onChange={(value) => put(id, { share: Number(value) / 100 })}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            disabled={item.options.length < 3}
            aria-label={t("quality.removeOption", { number, option: nth + 1 })}
            onClick={() => change({ options: item.options.filter((option) => option.id !== id) })}
          >
            <IconTrash size={15} />
          </ActionIcon>
        </div>
      ))}
      <p className="muted">{t("quality.shareHint")}</p>
      <Button
        size="compact-xs"
        variant="subtle"
        leftSection={<IconPlus size={13} />}
        onClick={() => change({ options: [...item.options, newOption(0)] })}
      >
        {t("quality.addOption")}
      </Button>
    </>
  );
}

/** What an answer of an item is called. */
export function useKeyWord(): (item: Item, key: string) => string {
  const { t } = useTranslation();
  const words = useWords();
  return (item, key) => {
    if (item.kind === "yes_no") return t(`quality.${key as "yes"}`);
    const option = item.options.find(({ id }) => id === key);
    return option ? words(option.label) || t("quality.untitled") : key;
  };
}

/** Which earlier answer has this item asked. */
function AskedIf({ item, earlier, change, isTried }: CardProps) {
  const { t } = useTranslation();
  const words = useWords();
  const keyWord = useKeyWord();
  const source = earlier.find(({ id }) => id === item.asked_if?.item);
  if (earlier.length === 0) return null;
  return (
    <div className={classes.two}>
      <Select
        size="xs"
        label={t("quality.askedIf")}
        placeholder={t("quality.always")}
        clearable
        clearButtonProps={{ "aria-label": t("quality.always") }}
        data={earlier.map(({ id, label }) => ({ value: id, label: words(label) || t("quality.untitled") }))}
        value={source?.id ?? null}
        onChange={(id) => change({ asked_if: id ? { item: id, any_of: [] } : null })}
      />
      {source && (
        <MultiSelect
          size="xs"
          label={t("quality.isAnsweredBy")}
          data={possibleKeys(source).map((key) => ({ value: key, label: keyWord(source, key) }))}
          value={item.asked_if?.any_of ?? []}
          error={isTried && item.asked_if?.any_of.length === 0 ? t("quality.needsAnswer") : null}
          onChange={(any_of) => change({ asked_if: { item: source.id, any_of } })}
        />
      )}
    </div>
  );
}

export function ItemCard(props: CardProps & { tools: { up: Tool; down: Tool; remove: Tool } }) {
  const { t } = useTranslation();
  const { item, number, isTried, change, tools } = props;
  const name = t("quality.itemNumber", { number });
  return (
    <li className={classes.card}>
      <div className={classes.head}>
        <strong>{name}</strong>
        <Tools name={name} tools={tools} />
      </div>
      <WordsFields
        label={t("quality.item")}
        words={item.label}
        change={(label) => change({ label })}
        error={isTried && !hasWords(item.label) ? t("quality.needsWords") : null}
      />
      <div className={classes.two}>
        <Select
          size="xs"
          label={t("quality.kind")}
          data={ITEM_KINDS.map((value) => ({ value, label: t(`quality.kinds.${value}`) }))}
          value={item.kind}
          allowDeselect={false}
          onChange={(kind) => kind && change(retyped(item, kind as ItemKind))}
        />
        {item.kind === "scale" && (
          <NumberInput
            size="xs"
            label={t("quality.steps")}
            min={1}
            max={20}
            allowDecimal={false}
            clampBehavior="strict"
            value={item.steps ?? 5}
            onChange={(value) => change({ steps: Math.max(1, Number(value)) })}
          />
        )}
        <NumberInput
          size="xs"
          label={t("quality.points")}
          min={0}
          max={1000}
          clampBehavior="strict"
          value={item.points}
          onChange={(value) => change({ points: Number(value) })}
        />
        <Switch
          label={t("quality.fatal")}
          description={t("quality.fatalHint")}
          checked={item.is_fatal}
          onChange={(event) => change({ is_fatal: event.currentTarget.checked })}
        />
      </div>
      {item.kind === "choice" && <Options {...props} />}
      <WordsFields
        isLong
        label={t("quality.guidance")}
        words={item.guidance}
        change={(guidance) => change({ guidance })}
      />
      <AskedIf {...props} />
    </li>
  );
}
