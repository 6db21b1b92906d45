namespace EmrSim.Server.Http;

/// <summary>Lets every address that takes GET take HEAD too, as balancers and link checkers ask. The web server leaves out the body.</summary>
public static class HeadRequests
{
    public static async Task AskAsGet(HttpContext context, RequestDelegate next)
    {
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await next(context);
            return;
        }

        context.Request.Method = HttpMethods.Get;
        try
        {
            await next(context);
        }
        finally
        {
            context.Request.Method = HttpMethods.Head;
        }
    }
}
