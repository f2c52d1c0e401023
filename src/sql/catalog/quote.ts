export const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`
export const quoteIdentifier = (name: string): string => `"${name.replaceAll('"', '""')}"`
