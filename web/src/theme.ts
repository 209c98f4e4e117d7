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
const slate: MantineColorsTuple = [
  "#e6ebef",
  "#c9d1d9",
  "#a9b5c0",
  "#8695a3",
  "#64727f",
  "#3a4651",
  "#2a343d",
  "#1a2127",
  "#12181d",
  "#0c1115",
];

export const theme = createTheme({
  primaryColor: "petrol",
  primaryShade: { light: 7, dark: 5 },
  colors: { petrol, dark: slate },
  fontFamily:
    '"Inter Variable", system-ui, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif',
  headings: { fontWeight: "600", sizes: { h1: { fontSize: "1.25rem" }, h2: { fontSize: "0.95rem" } } },
  defaultRadius: "md",
  radius: { xs: "3px", sm: "5px", md: "7px", lg: "10px", xl: "16px" },
  cursorType: "pointer",
  respectReducedMotion: true,
});
