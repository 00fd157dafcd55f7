/**
 * Bytes of the buffers that live on a device. Neither WebGPU nor Dawn tells how much memory is in use; nearly all of it is
 * buffers, and all of them are made by ONNX Runtime through the one function that is wrapped here.
 */
export class BufferCount {
  #bytes = 0;

  constructor(device: GPUDevice) {
    const { createBuffer } = device;
    device.createBuffer = (descriptor) => {
      const buffer = createBuffer.call(device, descriptor);
      this.#bytes += descriptor.size;
      const { destroy } = buffer;
      let lives = true;
      buffer.destroy = () => {
        if (lives) this.#bytes -= descriptor.size;
        lives = false;
        return destroy.call(buffer);
      };
      return buffer;
    };
  }

  get bytes(): number {
    return this.#bytes;
  }
}
