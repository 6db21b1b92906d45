using System.Diagnostics.Metrics;

namespace EmrSim.Server.Transcripts;

internal static class TranscriptMetrics
{
    private static readonly Meter s_meter = new("EmrSim.Server");
    private static readonly Counter<long> s_broadcasted = s_meter.CreateCounter<long>("transcript.broadcasted", description: "Utterances told to those who watch.");
    private static readonly Counter<long> s_dropped = s_meter.CreateCounter<long>("transcript.dedupe_drops", description: "Utterances that were there already.");
    private static readonly Counter<long> s_items = s_meter.CreateCounter<long>("transcript.items", description: "Utterances committed, by role and by where they came from.");

    public static void Committed(string role, string source) => s_items.Add(1, new("role", role), new("source", source));

    public static void Broadcasted(string role) => s_broadcasted.Add(1, new KeyValuePair<string, object?>("role", role));

    public static void Dropped(string role) => s_dropped.Add(1, new KeyValuePair<string, object?>("role", role));
}
