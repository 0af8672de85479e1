import { ActionError } from "../errors.ts";

/** An element of a cback.conf: its text, or its children by name. */
export interface XmlNode {
  /** Without blanks around it; undefined when the child is not there or empty. */
  text(name: string): string | undefined;
  all(name: string): XmlNode[];
  one(name: string): XmlNode | undefined;
  /** The texts of all children of this name. */
  texts(name: string): string[];
}

/** Reads XML; the parser is loaded only now. @throws ActionError when it is no XML, or has another root element. */
export async function parseXml(xml: string, root: string): Promise<XmlNode> {
  const { XMLParser, XMLValidator } = await import("fast-xml-parser");
  const verdict = XMLValidator.validate(xml);
  if (verdict !== true) {
    throw new ActionError(`line ${verdict.err.line}: ${verdict.err.msg}`);
  }
  const parser = new XMLParser({ ignoreAttributes: true, parseTagValue: false, trimValues: true });
  const tree = nodeOf(parser.parse(xml)).one(root);
  if (tree === undefined) {
    throw new ActionError(`it is no configuration of Cedar Backup: there is no element ${root}`);
  }
  return tree;
}

function nodeOf(value: unknown): XmlNode {
  const children = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  const values = (name: string): unknown[] => {
    const found = Object.hasOwn(children, name) ? children[name] : [];
    return Array.isArray(found) ? found : [found];
  };
  const texts = (name: string) =>
    values(name)
      .filter((child) => typeof child === "string")
      .map((text) => text.trim())
      .filter((text) => text !== "");
  return {
    texts,
    text: (name) => texts(name)[0],
    all: (name) => values(name).map(nodeOf),
    one: (name) => values(name).map(nodeOf)[0],
  };
}
