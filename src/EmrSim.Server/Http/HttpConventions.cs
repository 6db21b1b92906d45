using EmrSim.Server.Settings;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.HttpOverrides;

namespace EmrSim.Server.Http;

/// <summary>What every answer has in common: request id, security headers, allowed origins, JSON errors.</summary>
public static class HttpConventions
{
    public static void AddHttpConventions(this WebApplicationBuilder builder, ServerSettings settings)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = BodyLimit.LargestTaken;
        });
        // The API's document looks up here what the answers are made of.
        builder.Services.ConfigureHttpJsonOptions(static options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, AnswerJson.Default));
        builder.Services.AddCors(cors => cors.AddDefaultPolicy(policy => Allow(policy, settings.Access.Origins)));
        if (settings.Access.TrustProxy)
        {
            builder.Services.Configure<ForwardedHeadersOptions>(options =>
            {
                options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
                options.ForwardLimit = 1;
                options.KnownIPNetworks.Clear();
                options.KnownProxies.Clear();
            });
        }
    }

    public static void UseHttpConventions(this WebApplication app, ServerSettings settings)
    {
        app.Use(app.Services.GetRequiredService<Operations.RequestStatistics>().MeasureAsync);
        app.Use(app.Services.GetRequiredService<Operations.WarmStart>().From);
        if (settings.Access.TrustProxy) app.UseForwardedHeaders();
        app.Use(RequestId.Stamp);
        app.Use(SecurityHeaders.Add);
        app.UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandler = Failures.AnswerAsync, SuppressDiagnosticsCallback = Failures.IsExpected });
        app.Use(Failures.AnswerRefusalAsync);
        app.UseStatusCodePages(context => Failures.AnswerBareStatusAsync(context.HttpContext));
        app.Use(HeadRequests.AskAsGet);
        app.UseRouting();
        app.Use(Cors(app.Services));
        app.Use(BodyLimit.Check);
    }

    // As UseCors does, which compiles an expression tree for it.
    private static Func<RequestDelegate, RequestDelegate> Cors(IServiceProvider services) => next =>
    {
        var cors = new CorsMiddleware(next, services.GetRequiredService<ICorsService>(), services.GetRequiredService<ILoggerFactory>());
        var policies = services.GetRequiredService<ICorsPolicyProvider>();
        return context => cors.Invoke(context, policies);
    };

    private static void Allow(CorsPolicyBuilder policy, IReadOnlyList<string> origins) => policy
        .WithOrigins([.. origins])
        .SetIsOriginAllowedToAllowWildcardSubdomains()
        .AllowCredentials()
        .WithMethods("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")
        .WithHeaders("Content-Type", "Authorization", "X-Requested-With", "X-SignalR-User-Agent", "X-Teacher-Key");
}
