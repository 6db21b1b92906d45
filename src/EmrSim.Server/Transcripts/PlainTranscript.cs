using System.Globalization;
using System.Text;

namespace EmrSim.Server.Transcripts;

internal static class PlainTranscript
{
    public static string Write(TranscriptExport export)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"Transcript: {export.Patient}, {export.Scenario}");
        text.AppendLine(CultureInfo.InvariantCulture, $"Session {export.Encounter.Id}, {export.Encounter.StartedAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC");
        text.AppendLine();
        foreach (var turn in export.Turns) text.AppendLine(CultureInfo.InvariantCulture, $"{TranscriptExport.Label(turn)}: {turn.Text}");
        if (export.Turns.Count == 0) text.AppendLine("No conversation recorded yet.");
        return text.ToString();
    }
}
