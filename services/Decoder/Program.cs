using FaceMix.Decoder;
using FaceMix.ServiceDefaults;

return await ServiceHost.RunAsync(() => DecoderApp.Build(args));
