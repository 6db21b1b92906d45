using EmrSim.Server.Http;

namespace EmrSim.Server.Voice;

/// <summary>What went wrong on our side, without saying more than a caller may know.</summary>
internal static class VoiceFailure
{
    private const string Advice = "Something went wrong on our side; try again, and quote the X-Request-Id when it stays.";

    public static ApiError Of(string code) =>
        new(StatusCodes.Status500InternalServerError, code, Advice, new Dictionary<string, object?> { ["details"] = Advice });
}
