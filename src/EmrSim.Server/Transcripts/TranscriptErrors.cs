using EmrSim.Server.Http;

namespace EmrSim.Server.Transcripts;

/// <summary>The refusals that several routes share.</summary>
internal static class TranscriptErrors
{
    public static ApiError SessionNotFound => ApiError.NotFound("session_not_found", "No such session; create one with POST /api/sessions.");

    public static ApiError EncounterEnded => ApiError.Conflict("encounter_ended", "The encounter has ended and takes no more words; begin a new one.");

    public static ApiError InvalidText => ApiError.BadRequest("invalid_text", "Send the words as a string in text.");

    public static ApiError InvalidRole => ApiError.BadRequest("invalid_role", "role must be user or assistant.");

    public static ApiError MissingSessionId => ApiError.BadRequest("missing_session_id", "Send the session's id as session_id.");

    public static ApiError TextTooLong => new(StatusCodes.Status413PayloadTooLarge, "text_too_long", "One turn holds at most 100 KB of text.");
}
