/** Every word on the page comes from en.json or zh.json; the type checker refuses a key that neither has. */

import i18next from "i18next";
import { initReactI18next, useTranslation } from "react-i18next";
import en from "./en.json";
import zh from "./zh.json";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "panel";
    resources: { panel: typeof en };
  }
}

export const LANGUAGES = ["en", "zh"] as const;
export type Language = (typeof LANGUAGES)[number];

const KEPT_AS = "callcenter.language";

function known(value: string | null | undefined): Language | null {
  if (!value) return null;
  return LANGUAGES.find((language) => value.toLowerCase().startsWith(language)) ?? null;
}

export function keptLanguage(): Language | null {
  return known(localStorage.getItem(KEPT_AS));
}

export function useLanguage(): Language {
  return known(useTranslation().i18n.language) ?? "en";
}

function show(language: Language): void {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  void i18next.changeLanguage(language);
}

export function chooseLanguage(language: Language): void {
  localStorage.setItem(KEPT_AS, language);
  show(language);
}

/** The account's language, unless another was chosen in this browser. */
export function suggestLanguage(language: string | null): void {
  const suggested = known(language);
  if (suggested && !keptLanguage()) show(suggested);
}

/** The label of something that the server names in both languages; where one says nothing, as the other does. */
export function useLabel(): (thing: { label_en: string; label_zh: string }) => string {
  const language = useLanguage();
  return ({ label_en, label_zh }) => (language === "zh" ? label_zh || label_en : label_en || label_zh);
}

export function startWords(): void {
  void i18next.use(initReactI18next).init({
    resources: { en: { panel: en }, zh: { panel: zh } },
    defaultNS: "panel",
    fallbackLng: "en",
    interpolation: { escapeValue: false },
  });
  show(keptLanguage() ?? known(navigator.language) ?? "en");
}
