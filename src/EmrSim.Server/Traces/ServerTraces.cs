using System.Diagnostics;
using EmrSim.Server.Http;

namespace EmrSim.Server.Traces;

/// <summary>The spans of source <c>EmrSim.Server</c>. No encounter ids (they are capabilities), no keys, no words of a transcript.</summary>
internal static class ServerTraces
{
    public const string SourceName = "EmrSim.Server";
    private static readonly ActivitySource s_source = new(SourceName);

    /// <summary>A part of the present request; null when that is not traced.</summary>
    public static Activity? Begin(string name, ActivityKind kind = ActivityKind.Internal) =>
        s_source.HasListeners() && Activity.Current is not null ? Tagged(s_source.StartActivity(name, kind)) : null;

    /// <summary>A part of what began at another instance; null when that was not traced.</summary>
    public static Activity? Continue(string name, ActivityKind kind, Origin origin) =>
        s_source.HasListeners() && ActivityContext.TryParse(origin.TraceParent, null, isRemote: true, out var parent) ? Tagged(s_source.StartActivity(name, kind, parent)) : null;

    private static Activity? Tagged(Activity? span) => span?.SetTag(RequestId.AttributeName, RequestId.Current);
}
