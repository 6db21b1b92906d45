namespace EmrSim.Server.Limits;

/// <summary>How many requests of one kind a session, and an address (a classroom shares one), may make in a window; 0 for no limit.</summary>
public sealed record RouteLimit(string Scope, int PerSession, int PerAddress, TimeSpan Window)
{
    public string SessionScope { get; } = $"{Scope}_session";

    public string AddressScope { get; } = $"{Scope}_address";
}

public static class RouteLimits
{
    /// <summary>Counts every request to the route before its own checks; the session's id is taken from the route value of this name.</summary>
    public static RouteHandlerBuilder WithLimit(this RouteHandlerBuilder route, RouteLimit limit, string sessionRouteValue = "sessionId") =>
        route.AddEndpointFilter(async (invocation, next) =>
        {
            var context = invocation.HttpContext;
            var session = context.Request.RouteValues[sessionRouteValue] as string;
            return await context.RequestServices.GetRequiredService<SharedLimits>().SpendAsync(context, limit, string.IsNullOrWhiteSpace(session) ? null : session)
                ?? await next(invocation);
        });
}
