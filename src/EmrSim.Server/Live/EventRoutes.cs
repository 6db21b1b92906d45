using System.Globalization;
using EmrSim.Contracts;
using EmrSim.Server.Encounters;
using EmrSim.Server.Transcripts;

namespace EmrSim.Server.Live;

/// <summary>The live feed as server-sent events, for pages and command lines without a library.</summary>
internal static class EventRoutes
{
    private static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(15);

    public static void MapEvents(this IEndpointRouteBuilder routes) => routes
        .MapGet("/api/sessions/{id}/events", FollowAsync)
        .WithTags("Encounters")
        .WithSummary("Follow an encounter live: server-sent events transcript, encounter, error; after=seq or Last-Event-ID resumes");

    private static async Task<IResult> FollowAsync(
        string id, string? after, HttpContext context, EncounterRegister encounters, EncounterFollower follower, TimeProvider clock, IHostApplicationLifetime lifetime)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        var token = ending.Token;
        if (await encounters.FindAsync(id, token) is null) return TranscriptErrors.SessionNotFound;
        var place = Place(context.Request.Headers["Last-Event-ID"]) ?? Place(after) ?? 0;

        var stream = EventStream.Begin(context);
        await stream.BeatAsync(token);
        try
        {
            await using var events = follower.FollowAsync(id, place, token).GetAsyncEnumerator(token);
            var next = events.MoveNextAsync().AsTask();
            while (true)
            {
                if (await Task.WhenAny(next, Task.Delay(s_heartbeat, clock, token)) != next)
                {
                    await stream.BeatAsync(token);
                    continue;
                }

                if (!await next) break;
                await SendAsync(stream, events.Current, token);
                next = events.MoveNextAsync().AsTask();
            }
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            // The reader has gone, or the server stops: a reader comes back with its Last-Event-ID.
        }

        return Results.Empty;
    }

    private static Task SendAsync(EventStream stream, LiveEvent told, CancellationToken cancellationToken)
    {
        var name = told.Payload switch
        {
            TranscriptEntry => "transcript",
            EncounterChange => "encounter",
            TranscriptErrorNotice => "error",
            _ => "degraded",
        };
        return stream.SendAsync(name, told.Payload!, told.Seq > 0 ? told.Seq : null, cancellationToken);
    }

    private static long? Place(string? given) => long.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var seq) ? seq : null;
}
