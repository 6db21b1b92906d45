namespace EmrSim.Server.Settings;

/// <param name="Endpoint">The receiver's root, or null when nothing is traced.</param>
/// <param name="Headers">As name=value,name=value; they may hold the receiver's key.</param>
/// <param name="Share">Of the requests that nobody else has decided on, 0 to 1.</param>
public sealed record TraceSettings(Uri? Endpoint, bool IsGrpc, string? Headers, string ServiceName, double Share)
{
    private const string EndpointName = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string HeadersName = "OTEL_EXPORTER_OTLP_HEADERS";

    public static TraceSettings Read(SettingsSource source)
    {
        var given = source.Text(EndpointName, "Where traces are sent by OTLP, such as http://localhost:4318. Not set: nowhere.");
        Uri? endpoint = null;
        if (given is not null && !(Uri.TryCreate(given, UriKind.Absolute, out endpoint) && endpoint.Scheme is "http" or "https")) source.Refuse($"{EndpointName} must be a full http or https address.");
        var protocol = source.Choice("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf", ["http/protobuf", "grpc"], "How they are sent; over http, /v1/traces is added to the address.");
        var headers = source.Text(HeadersName, "Headers sent along, as name=value,name=value.", secret: true);
        if (headers?.Split(',').All(static header => header.IndexOf('=', StringComparison.Ordinal) > 0) == false) source.Refuse($"{HeadersName} must be name=value, several with commas between.");
        return new(
            endpoint,
            protocol == "grpc",
            headers,
            source.Text("OTEL_SERVICE_NAME", "The name of this service in traces.", "emrsim")!,
            source.Fraction("OTEL_TRACES_SAMPLER_ARG", 1, "The share of requests that is traced, 0 to 1; a caller that sends a traceparent has decided already."));
    }
}
