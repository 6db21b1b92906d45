using System.Globalization;
using System.Text;
using EmrSim.Server.Http;

namespace EmrSim.Server.Voice;

/// <summary>What the voice service answered, or why there is no answer.</summary>
/// <param name="Status">0 when there is no answer.</param>
public sealed record UpstreamAnswer(int Status, byte[] Body, string? Location = null, TimeSpan? RetryAfter = null, string? Trouble = null)
{
    private const int LongestQuote = 500;

    public bool IsSuccess => Status is >= 200 and < 300;

    public string Outcome => Status == 0 ? Trouble!.Replace(' ', '_') : Status.ToString(CultureInfo.InvariantCulture);

    public static UpstreamAnswer None(string trouble, TimeSpan? retryAfter = null) => new(0, [], null, retryAfter, trouble);

    /// <summary>The answer to our own caller, with nothing secret in it.</summary>
    public ApiError AsError(Redaction redaction) => Status == 0
        ? new(StatusCodes.Status502BadGateway, "upstream_error", Trouble) { RetryAfter = RetryAfter }
        : new(StatusCodes.Status502BadGateway, "upstream_error", Advice, new Dictionary<string, object?> { ["status"] = Status, ["body"] = Quote(redaction) }) { RetryAfter = RetryAfter };

    private string Advice => Status switch
    {
        >= 200 and < 300 => "The voice service gave an answer that makes no sense; try again.",
        401 or 403 => "The voice service refuses our key or this token; ask for a new token, and when it stays have the operator check OPENAI_API_KEY.",
        404 => "The voice service does not know this call or model; have the operator check OPENAI_BASE_URL and the model.",
        429 => "The voice service is busy or its quota is used up; try again later.",
        >= 500 => "The voice service failed; try again.",
        _ => "The voice service refused the call.",
    };

    private string Quote(Redaction redaction)
    {
        var text = redaction.Clean(Encoding.UTF8.GetString(Body)).Trim();
        return text.Length <= LongestQuote ? text : text[..LongestQuote];
    }
}
