using System.Globalization;
using System.Net;
using System.Text;

namespace EmrSim.Server.Transcripts;

/// <summary>The transcript as a page that prints well. Works without script; the button's and the style are files of their own, for the content policy.</summary>
internal static class PrintPage
{
    public const string Script = """
        document.getElementById("print").addEventListener("click", () => window.print());

        """;

    public const string Style = """
        body { font: 16px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; background: #fff }
        h1 { font-size: 1.5rem; margin: 0 }
        .about { color: #444 }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .5rem 1rem }
        dt { font-weight: 600 }
        dd { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere }
        .note { color: #6b4e00 }
        @media print { button { display: none } body { margin: 0 } }
        """;

    public static string Write(TranscriptExport export)
    {
        var date = export.Encounter.StartedAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Transcript · {Escape(export.Patient)}</title>
            <link rel="stylesheet" href="/print.css">
            <script src="/print.js" defer></script>
            </head>
            <body>
            <button id="print" type="button">Print</button>
            <h1>Transcript</h1>
            <p class="about">{Escape(export.Patient)} · {Escape(export.Scenario)} · {date} · Session {Escape(export.Encounter.Id)}</p>

            """);
        if (!export.Encounter.IsOver) page.AppendLine("<p class=\"note\">The encounter is not over; this is what has been said so far.</p>");
        if (export.Turns.Count == 0) page.AppendLine("<p>No conversation recorded yet.</p>");
        else
        {
            page.AppendLine("<dl>");
            foreach (var turn in export.Turns) page.AppendLine(CultureInfo.InvariantCulture, $"<dt>{TranscriptExport.Label(turn)}:</dt><dd>{Escape(turn.Text)}{Note(turn)}</dd>");
            page.AppendLine("</dl>");
        }

        return page.AppendLine("</body>").AppendLine("</html>").ToString();
    }

    private static string Note(StoredTurn turn) => turn.State == TurnState.Interrupted ? " <span class=\"note\">(interrupted)</span>" : "";

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
