import { createTheme, type MantineColorsTuple } from "@mantine/core";

const petrol: MantineColorsTuple = [
  "#e9f5f4",
  "#d3e8e7",
  "#a6d2cf",
  "#75bab6",
  "#4fa5a1",
  "#2f908c",
  "#157f7c",
  "#0e6e6e",
  "#0a5a5b",
  "#064748",
];
/** Mantine's roles: 0 text, 2 dimmed, 3 placeholder, 4 borders, 5 hover, 6 inputs, 7 page. */
const slate: MantineColorsTuple = [
  "#e4eaee",
  "#c3ccd4",
  "#9aa7b2",
  "#83919d",
  "#36424c",
  "#242d34",
  "#1a2127",
  "#12181d",
  "#0d1216",
  "#090d10",
];

const NO_BANNER = { attributes: { header: { role: "presentation" } } };

export const theme = createTheme({
  primaryColor: "petrol",
  primaryShade: { light: 7, dark: 6 },
  colors: { petrol, dark: slate },
  fontFamily:
    '"Inter Variable", system-ui, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif',
  defaultRadius: "md",
  radius: { xs: "3px", sm: "5px", md: "7px", lg: "10px", xl: "16px" },
  // The title bar of a dialog is no banner of the page, though it is a <header>.
  components: { Modal: { defaultProps: NO_BANNER }, Drawer: { defaultProps: NO_BANNER } },
  cursorType: "pointer",
  respectReducedMotion: true,
});
