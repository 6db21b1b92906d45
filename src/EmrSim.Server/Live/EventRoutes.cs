using System.Globalization;
using EmrSim.Contracts;
using EmrSim.Server.Encounters;
using EmrSim.Server.Transcripts;

namespace EmrSim.Server.Live;

/// <summary>The live feed as server-sent events, for pages and command lines without a library.</summary>
internal static class EventRoutes
{
    public static void MapEvents(this IEndpointRouteBuilder routes) => routes
        .MapGet("/api/sessions/{id}/events", FollowAsync)
        .WithTags("Encounters")
        .WithSummary("Follow an encounter live: server-sent events transcript, encounter, error; after=seq or Last-Event-ID resumes");

    private static async Task<IResult> FollowAsync(
        string id, string? after, HttpContext context, EncounterRegister encounters, EncounterPump pump, TimeProvider clock, IHostApplicationLifetime lifetime)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        var token = ending.Token;
        if (await encounters.FindAsync(id, token) is null) return TranscriptErrors.SessionNotFound;
        var place = Place(context.Request.Headers["Last-Event-ID"]) ?? Place(after) ?? 0;

        using var stream = EventStream.Begin(context);
        var beating = stream.BeatAsync(clock, token);
        await pump.RunAsync(id, place, told => TellAsync(stream, told, token), token);

        // The reader has gone, or the server stops: a reader comes back with its Last-Event-ID.
        await ending.CancelAsync();
        await beating.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return Results.Empty;
    }

    private static async Task<bool> TellAsync(EventStream stream, LiveEvent told, CancellationToken cancellationToken)
    {
        var name = told.Payload switch
        {
            TranscriptEntry => "transcript",
            EncounterChange => "encounter",
            TranscriptErrorNotice => "error",
            _ => "degraded",
        };
        await stream.SendAsync(name, told.Payload!, told.Seq > 0 ? told.Seq : null, cancellationToken);
        return true;
    }

    private static long? Place(string? given) => long.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var seq) ? seq : null;
}
