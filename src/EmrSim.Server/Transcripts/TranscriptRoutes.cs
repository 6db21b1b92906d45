using System.Net.Mime;
using System.Text;
using EmrSim.Contracts;
using EmrSim.Server.Encounters;
using EmrSim.Server.Http;
using EmrSim.Server.Patients;

namespace EmrSim.Server.Transcripts;

internal static class TranscriptRoutes
{
    public static void MapTranscriptExports(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/sessions/{id}/transcript", (string id, EncounterRegister encounters, TranscriptLog log, Casebook casebook, CancellationToken cancellationToken) =>
                AnswerAsync(id, encounters, log, casebook, anyState: true, export => Results.Content(PrintPage.Write(export), MediaTypeNames.Text.Html, Encoding.UTF8), cancellationToken))
            .WithTags("Transcripts").WithSummary("The transcript to read and print, as it stands");
        routes.MapGet("/api/sessions/{id}/transcript.json", (string id, EncounterRegister encounters, TranscriptLog log, Casebook casebook, CancellationToken cancellationToken) =>
                AnswerAsync(id, encounters, log, casebook, anyState: false, export => Answer.Json(export.Document), cancellationToken))
            .WithTags("Transcripts").WithSummary("The final transcript as JSON").Produces<TranscriptDocument>();
        routes.MapGet("/api/sessions/{id}/transcript.txt", (string id, EncounterRegister encounters, TranscriptLog log, Casebook casebook, CancellationToken cancellationToken) =>
                AnswerAsync(id, encounters, log, casebook, anyState: false, export => Results.Content(PlainTranscript.Write(export), MediaTypeNames.Text.Plain, Encoding.UTF8), cancellationToken))
            .WithTags("Transcripts").WithSummary("The final transcript as plain text");
        routes.MapGet("/api/sessions/{id}/transcript.vtt", (string id, EncounterRegister encounters, TranscriptLog log, Casebook casebook, CancellationToken cancellationToken) =>
                AnswerAsync(id, encounters, log, casebook, anyState: false, export => Results.Content(WebVtt.Write(export), "text/vtt", Encoding.UTF8), cancellationToken))
            .WithTags("Transcripts").WithSummary("The final transcript as WebVTT");
        routes.MapGet("/print.css", () => Results.Content(PrintPage.Style, MediaTypeNames.Text.Css, Encoding.UTF8)).ExcludeFromDescription();
        routes.MapGet("/print.js", () => Results.Content(PrintPage.Script, MediaTypeNames.Text.JavaScript, Encoding.UTF8)).ExcludeFromDescription();
    }

    private static async Task<IResult> AnswerAsync(string id, EncounterRegister encounters, TranscriptLog log, Casebook casebook, bool anyState, Func<TranscriptExport, IResult> write, CancellationToken cancellationToken)
    {
        if (await TranscriptExport.ReadAsync(id, encounters, log, casebook, cancellationToken) is not { } export) return TranscriptErrors.SessionNotFound;
        return anyState ? write(export) : export.NotFinal as IResult ?? write(export);
    }
}
