namespace EmrSim.Server.Http;

/// <summary>The answer to a request that cannot be met: a stable code and what to do.</summary>
public sealed class ApiError(int status, string code, string? detail = null, IReadOnlyDictionary<string, object?>? more = null) : IResult
{
    public int Status => status;

    public string Code => code;

    public TimeSpan? RetryAfter { get; init; }

    public static ApiError BadRequest(string code, string? detail = null) => new(StatusCodes.Status400BadRequest, code, detail);

    public static ApiError NotFound(string code, string? detail = null) => new(StatusCodes.Status404NotFound, code, detail);

    public static ApiError Conflict(string code, string? detail = null) => new(StatusCodes.Status409Conflict, code, detail);

    public static ApiError Unavailable(string code, string? detail, TimeSpan retryAfter) =>
        new(StatusCodes.Status503ServiceUnavailable, code, detail) { RetryAfter = retryAfter };

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = status;
        if (RetryAfter is { } wait) response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
        var body = new Dictionary<string, object?> { ["error"] = code };
        if (detail is not null) body["detail"] = detail;
        // What went wrong on our side is looked for by it.
        if (status >= StatusCodes.Status500InternalServerError) body["request_id"] = httpContext.TraceIdentifier;
        foreach (var (name, value) in more ?? new Dictionary<string, object?>()) body[name] = value;
        return Answer.WriteAsync(response, body, httpContext.RequestAborted);
    }
}

/// <summary>Ends a request from any depth with an <see cref="ApiError"/>.</summary>
public sealed class ApiErrorException(ApiError error) : Exception(error.Code)
{
    public ApiError Error => error;
}
