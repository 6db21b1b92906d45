using System.Diagnostics.Metrics;

namespace EmrSim.Server.Voice;

/// <summary>What the voice routes count.</summary>
internal static class VoiceMetrics
{
    private static readonly Meter s_meter = new("EmrSim.Server");
    private static readonly Counter<long> s_tokens = s_meter.CreateCounter<long>("voice.tokens", description: "Answers of the token route, by outcome.");
    private static readonly Counter<long> s_exchanges = s_meter.CreateCounter<long>("voice.sdp", description: "Answers of the SDP route, by outcome.");
    private static readonly Counter<long> s_reminted = s_meter.CreateCounter<long>("voice.tokens.reminted", description: "Tokens minted again because the session store had lost them.");
    private static readonly Histogram<double> s_upstream = s_meter.CreateHistogram<double>("voice.upstream.duration", "s", "Calls to the voice service, by call and outcome.");

    public static void Token(string outcome) => s_tokens.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public static void Exchange(string outcome) => s_exchanges.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public static void Reminted() => s_reminted.Add(1);

    public static void Upstream(string call, string outcome, TimeSpan duration) =>
        s_upstream.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("call", call), new KeyValuePair<string, object?>("outcome", outcome));
}
