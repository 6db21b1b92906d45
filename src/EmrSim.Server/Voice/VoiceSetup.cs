using EmrSim.Contracts;
using EmrSim.Server.Patients.Content;
using EmrSim.Server.Settings;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.Options;

namespace EmrSim.Server.Voice;

/// <summary>Voice encounters: the browser's call to the realtime voice service.</summary>
public static class VoiceSetup
{
    public static void AddVoice(this IServiceCollection services, ServerSettings settings)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(settings);
        AddSeal(services);
        services.AddSingleton<RealtimeApi>();
        services.AddSingleton<Redaction>();
        services.AddSingleton<VoiceScripts>();
        services.AddSingleton<TokenMint>();
        services.AddSingleton<TokenSafe>();
        services.AddSingleton<TokenIssues>();
        services.AddSingleton<LostTokens>();
        services.AddSingleton<TokenRoute>();
        services.AddSingleton<SdpRoute>();
        services.AddSingleton<InstructionsRoute>();
    }

    public static void MapVoice(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var voice = app.MapGroup("/api/voice").WithTags("Voice");
        voice.MapPost("/token", (HttpContext context, TokenRoute route) => route.AnswerAsync(context))
            .Describe<VoiceTokenRequest>("A minute's permission to open a voice call").Produces<VoiceToken>();
        voice.MapPost("/sdp", (HttpContext context, SdpRoute route) => route.AnswerAsync(context))
            .Describe<SdpOffer>("Opens the call: the browser's session description for the voice service's").Produces<string>(contentType: "application/sdp");
        voice.MapPost("/instructions", (HttpContext context, InstructionsRoute route) => route.AnswerAsync(context))
            .Describe<VoiceInstructionsRequest>("What a model patient would be told").Produces<VoiceInstructions>();
        voice.MapGet("/voices", () => Results.Json(new VoiceList(PersonaVoices.Offered), VoiceJson.Default.VoiceList))
            .WithSummary("The voices that may be chosen").Produces<VoiceList>();
    }

    private static void AddSeal(IServiceCollection services)
    {
        services.AddDataProtection().SetApplicationName("emrsim");

        // It reads the key ring before the server listens; WarmStart does so before the server is ready.
        foreach (var early in services.Where(static service => service.ServiceType == typeof(IHostedService) && service.ImplementationType?.Assembly == typeof(KeyManagementOptions).Assembly).ToList())
            services.Remove(early);
        services.AddSingleton<IXmlRepository, SealKeys>();
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(provider =>
            new ConfigureOptions<KeyManagementOptions>(keys => keys.XmlRepository = provider.GetRequiredService<IXmlRepository>()));

        // It warns that the ring is stored as it is: the database that holds it is the root of trust here.
        services.AddLogging(logging => logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error));
    }

    // Not Accepts<T>(): that would answer 415 where the contract asks for its own codes.
    private static RouteHandlerBuilder Describe<T>(this RouteHandlerBuilder route, string summary) => route.WithSummary(summary).AddOpenApiOperationTransformer(async (operation, context, token) =>
    {
        var schema = await context.GetOrCreateSchemaAsync(typeof(T), null, token);
        operation.RequestBody = new Microsoft.OpenApi.OpenApiRequestBody
        {
            Required = true,
            Content = new Dictionary<string, Microsoft.OpenApi.OpenApiMediaType> { ["application/json"] = new() { Schema = schema } },
        };
    });
}
