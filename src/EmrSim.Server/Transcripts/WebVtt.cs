using System.Globalization;
using System.Text;

namespace EmrSim.Server.Transcripts;

/// <summary>The transcript as captions on the encounter's own clock.</summary>
internal static class WebVtt
{
    private const long ShortestMs = 1000;

    public static string Write(TranscriptExport export)
    {
        var text = new StringBuilder("WEBVTT\n\n");
        var zero = export.Encounter.StartedAt.ToUnixTimeMilliseconds();
        var last = 0L;
        foreach (var turn in export.Turns)
        {
            var end = (turn.FinalizedAtMs ?? turn.CreatedAt.ToUnixTimeMilliseconds()) - zero;
            var start = (turn.StartedAtMs ?? (zero + end - ShortestMs)) - zero;

            // Cues come in the order of the conversation, and players want their starts to be so too.
            start = Math.Max(start, last);
            end = Math.Max(end, start + ShortestMs);
            last = start;
            text.Append(CultureInfo.InvariantCulture, $"{Time(start)} --> {Time(end)}\n<v {TranscriptExport.Label(turn)}>{Escape(turn.Text)}\n\n");
        }

        return text.ToString();
    }

    private static string Time(long ms) => string.Create(CultureInfo.InvariantCulture, $"{ms / 3_600_000:00}:{ms / 60_000 % 60:00}:{ms / 1000 % 60:00}.{ms % 1000:000}");

    // A blank line ends a cue, and an arrow may not occur in one.
    private static string Escape(string text) =>
        string.Join('\n', text.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .Replace("&", "&amp;", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal);
}
