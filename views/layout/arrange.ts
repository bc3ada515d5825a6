import type { Rect } from '../terminal/region.ts'

/** From this many columns on, a list and what it opens stand side by side. */
const sideBySide = 120
/** Fewer rows than this show one thing at a time. */
const stacks = 16

/** What the person chose that the layout depends on. */
export interface Ui {
  /** The pane that has the keys: the list, or the detail of what is selected in it. */
  focus: 'list' | 'detail'
  /** Only the pane with the keys is shown. */
  zoomed: boolean
  /** Rows the toasts take now. */
  toasts: number
  /** How much of the height the detail has under a list that has the keys. */
  share?: number
  /** Rows the list has anything for: what it leaves, the detail gets. */
  wants?: number
  /** How much of the width the list has beside the detail, where it is more than a list. */
  broad?: number
}

export interface Layout {
  /** Tabs and status. */
  head: Rect
  list: Rect | null
  detail: Rect | null
  toasts: Rect | null
  /** What the keys do here. */
  foot: Rect
}

/** Where everything goes. Every column and row belongs to exactly one part; a gap of one column parts two panes. */
export function arrange(cols: number, rows: number, ui: Ui): Layout {
  const row = (y: number, height = 1): Rect => ({ x: 0, y, width: cols, height })
  const toastRows = Math.max(0, Math.min(ui.toasts, rows - 6))
  const body = row(1, Math.max(1, rows - 2 - toastRows))
  return {
    head: row(0),
    ...panes(body, ui),
    toasts: toastRows > 0 ? row(1 + body.height, toastRows) : null,
    foot: row(rows - 1),
  }
}

function panes(body: Rect, ui: Ui): { list: Rect | null; detail: Rect | null } {
  const alone = ui.focus === 'list' ? { list: body, detail: null } : { list: null, detail: body }
  if (ui.zoomed) return alone
  if (body.width >= sideBySide) {
    const width =
      ui.broad === undefined
        ? Math.max(60, Math.min(80, Math.floor(body.width * 0.4)))
        : Math.floor(body.width * ui.broad)
    return {
      list: { ...body, width },
      detail: { ...body, x: width + 1, width: body.width - width - 1 },
    }
  }
  if (ui.focus === 'detail' || body.height < stacks) return alone
  const least = Math.floor(body.height * (ui.share ?? 0.3))
  const left = Math.min(body.height - (ui.wants ?? body.height), Math.floor(body.height * 0.7))
  const height = Math.max(least, left)
  return {
    list: { ...body, height: body.height - height },
    detail: { ...body, y: body.y + body.height - height, height },
  }
}

/** A rectangle of this size in the middle of the screen. */
export function centred(
  { columns, rows }: { columns: number; rows: number },
  width: number,
  height: number,
): Rect {
  const x = Math.max(0, Math.floor((columns - width) / 2))
  return { x, y: Math.max(0, Math.floor((rows - height) / 2)), width, height }
}

export function isIn(rect: Rect | null, { x, y }: { x: number; y: number }): rect is Rect {
  return rect !== null && x >= rect.x && x < rect.x + rect.width && y >= rect.y && y < rect.y + rect.height
}
