using Microsoft.AspNetCore.Diagnostics;

namespace EmrSim.Server.Http;

/// <summary>Turns what went wrong anywhere into the one error form.</summary>
public static class Failures
{
    public static Task AnswerAsync(HttpContext context)
    {
        // The handler has cleared them.
        SecurityHeaders.Put(context.Response.Headers);
        context.Response.Headers[RequestId.HeaderName] = context.TraceIdentifier;
        return ErrorFor(context.Features.Get<IExceptionHandlerFeature>()!.Error).ExecuteAsync(context);
    }

    /// <summary>What was refused on purpose keeps the headers that it has.</summary>
    public static async Task AnswerRefusalAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (ApiErrorException refused) when (!context.Response.HasStarted)
        {
            await refused.Error.ExecuteAsync(context);
        }
    }

    public static Task AnswerBareStatusAsync(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => ApiError.NotFound("not_found", "There is nothing at this address.").ExecuteAsync(context),
        StatusCodes.Status405MethodNotAllowed => ApiError.NotFound("not_found", $"This address does not take {context.Request.Method}.").ExecuteAsync(context),
        StatusCodes.Status413PayloadTooLarge => BodyLimit.TooLarge.ExecuteAsync(context),
        StatusCodes.Status400BadRequest => ApiError.BadRequest("bad_request").ExecuteAsync(context),
        var status => new ApiError(status, $"http_{status}").ExecuteAsync(context),
    };

    public static bool IsExpected(ExceptionHandlerSuppressDiagnosticsContext context) =>
        context.Exception is BadHttpRequestException or OperationCanceledException;

    private static ApiError ErrorFor(Exception exception) => exception switch
    {
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => BodyLimit.TooLarge,
        BadHttpRequestException bad => new ApiError(bad.StatusCode, "bad_request"),
        _ => new ApiError(StatusCodes.Status500InternalServerError, "internal_error", "Something went wrong on our side; try again, and quote the X-Request-Id when it stays."),
    };
}
